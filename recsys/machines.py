"""Where a build computes: in this process, on all cores of this machine, or on many machines."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from recsys.tasks import Finished, OnEvent, Run, Task, in_turn
from recsys.training.ensemble import Ensemble, StartTraining


class Machines(Protocol):
    """What a build needs of them."""

    @property
    def run(self) -> Run:
        """How tasks are run that do not depend on one another."""
        ...

    @property
    def start_training(self) -> StartTraining:
        """Where the towers of models are trained."""
        ...

    @property
    def n_parts(self) -> int:
        """Into how many parts users are divided; models that were trained in another number of parts are others."""
        ...

    @property
    def shares_memory(self) -> bool:
        """Whether tasks see what is in the memory of this process."""
        ...

    def learn(
        self, models: Sequence[Task[Any]], baselines: Sequence[Task[Any]], on_event: OnEvent
    ) -> Generator[Finished[Any], None, None]:
        """Gives what the tasks give, as :class:`~recsys.tasks.Run` does.

        Args:
            models: those that train with ``start_training``.
            baselines: those that do not.
            on_event: as there.
        """
        ...


@dataclass(frozen=True)
class ThisMachine:
    """This one, where users are not divided: threads and processes share the work of a stage."""

    run: Run = in_turn
    start_training: StartTraining = Ensemble
    n_parts: int = 1
    shares_memory: bool = True

    def learn(
        self, models: Sequence[Task[Any]], baselines: Sequence[Task[Any]], on_event: OnEvent
    ) -> Generator[Finished[Any], None, None]:
        """All of them together, the models first."""
        yield from self.run([*models, *baselines], on_event)


THIS_PROCESS: Machines = ThisMachine()
"""One task after the other."""
