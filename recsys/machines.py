"""Where a build computes: in this process, on all cores of this machine, or on many machines."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from recsys.tasks import Finished, OnEvent, Run, Task, in_turn
from recsys.training.ensemble import Ensemble, StartTraining


class Machines(Protocol):
    """What a build needs to know of the machines it runs on."""

    @property
    def run(self) -> Run:
        """How independent tasks are run."""
        ...

    @property
    def start_training(self) -> StartTraining:
        """Makes the towers to train, where they are trained."""
        ...

    @property
    def n_parts(self) -> int:
        """Into how many parts users are divided; models trained in different numbers of parts are different."""
        ...

    @property
    def shares_memory(self) -> bool:
        """Whether tasks see the memory of this process."""
        ...

    def learn(
        self, models: Sequence[Task[Any]], baselines: Sequence[Task[Any]], on_event: OnEvent
    ) -> Generator[Finished[Any], None, None]:
        """Run all tasks and give them as they finish, as :class:`~recsys.tasks.Run` does.

        Args:
            models: tasks that train with ``start_training``.
            baselines: tasks that do not.
            on_event: called with what tasks report.
        """
        ...


@dataclass(frozen=True)
class ThisMachine:
    """This machine, where users are not divided: threads and processes share the work of a stage."""

    run: Run = in_turn
    start_training: StartTraining = Ensemble
    n_parts: int = 1
    shares_memory: bool = True

    def learn(
        self, models: Sequence[Task[Any]], baselines: Sequence[Task[Any]], on_event: OnEvent
    ) -> Generator[Finished[Any], None, None]:
        """Run all of them together, the models first."""
        yield from self.run([*models, *baselines], on_event)


THIS_PROCESS: Machines = ThisMachine()
"""Runs one task after the other."""
