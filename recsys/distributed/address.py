"""Where the workers of a build are: the address of a scheduler, or ``local:N`` for processes of this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass

from recsys.errors import ConfigError

MAX_LOCAL = 256


@dataclass(frozen=True)
class Address:
    """The address of a Dask cluster.

    Attributes:
        scheduler: its address; None if a local cluster is started for this build.
        n_workers: processes of such a local cluster; None otherwise.
    """

    scheduler: str | None
    n_workers: int | None = None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Parse the value of ``--dask``.

        Raises:
            ConfigError: it is neither the address of a scheduler nor ``local:N``.

        >>> Address.parse("local:2").n_workers
        2
        """
        if match := re.fullmatch(r"local:([0-9]{1,4})", text):
            n_workers = int(match[1])
            if 1 <= n_workers <= MAX_LOCAL:
                return cls(None, n_workers)
        elif re.fullmatch(r"(tcp|tls|ucx|ws|wss)://\S+:[0-9]{1,5}/?", text):
            return cls(text)
        raise ConfigError(
            f"--dask is {text!r}; expected the address of a scheduler, such as tcp://10.0.0.5:8786, or local:N for 1 "
            f"to {MAX_LOCAL} processes of this machine"
        )
