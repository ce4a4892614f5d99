"""Failures that a user can cause and fix: one base class and a few subclasses.

Each message is one sentence that says what came, what was expected and what to do. ``build.py`` prints it and exits
with 1; any other exception is a bug in this package and keeps its traceback. Must not import any other module but the
one that makes text printable.
"""

from recsys.text import without_controls

MAX_MESSAGE = 900
"""Characters of a message; the middle of a longer one is left out, because its remedy is at the end."""


class RecsysError(Exception):
    """An expected failure: its text is the whole message for the user.

    It is one line without control characters, whatever names of files and cells it repeats.
    """

    def __str__(self) -> str:
        """The message in one line that a terminal can show."""
        text = without_controls(super().__str__())
        return text if len(text) <= MAX_MESSAGE else f"{text[: MAX_MESSAGE * 2 // 3]} ... {text[-MAX_MESSAGE // 4 :]}"


class DataError(RecsysError, ValueError):
    """Ratings, items or users that cannot be read or do not fit together."""


class ConfigError(RecsysError, ValueError):
    """A setting, or a combination of settings and data, that is impossible."""


class TrainingError(RecsysError):
    """Training that diverged: the message names model, epoch, batch and the setting to lower."""


class DownloadError(RecsysError):
    """A data set that could not be fetched or did not verify."""


class OutputError(RecsysError):
    """A site folder that may not be replaced, or a folder or file that could not be written."""


class PublishError(RecsysError):
    """A site that may not or cannot be published from here."""
