"""The failures a user can cause and mend: one base, a few children.

Each message is one sentence that says what came, what was expected and what to do. ``build.py`` prints it and exits
with 1; anything that is not a :class:`RecsysError` is a fault of ours and keeps its traceback. Must not know about
any other module.
"""


class RecsysError(Exception):
    """An expected failure: its text is the whole message for the user."""


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
    """A site that may not, or cannot, be put on the web from here."""
