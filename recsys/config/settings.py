"""All settings of the command: from a TOML file, and from options, which override the file."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_args

import msgspec

from recsys.config.building import BuildConfig, TrainConfig
from recsys.config.checked import Checked, has_secrets, shortened, type_of
from recsys.config.paths import expanded, read_small_file
from recsys.config.presentation import NounForms, PresentationConfig
from recsys.config.privacy import PrivacyConfig
from recsys.config.reading import InputConfig, ReadConfig, Role
from recsys.data.names import NAMES
from recsys.errors import ConfigError

FILE_NAME = "site.toml"
"""A file of settings by this name is read without being named on the command line."""
MAX_BYTES = 64_000
"""The largest size of a file of settings; anything larger is probably another file."""
TOP_LEVEL: tuple[type[Checked], ...] = (InputConfig, ReadConfig, PresentationConfig, BuildConfig)
"""The classes whose settings are at the top of a file, in the order in which they are listed."""
TABLES: dict[str, type[Checked]] = {"train": TrainConfig, "privacy": PrivacyConfig}
"""The classes whose settings are in a table of a file, by the name of the table."""
COLUMN_ROLES: tuple[str, ...] = get_args(Role)
"""The names in the table ``[columns]``."""
_FORMS = {"columns": COLUMN_ROLES, "noun": tuple(NounForms.__annotations__)}
"""The names that are allowed in a setting that is itself a table, by the name of the setting."""
_PATHS = ("data", "items", "users", "logo")
"""Settings that are paths, relative to the file."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one run of the command.

    Attributes:
        input: which files are read, and how.
        build: how the site is built.
        file: the file of settings that was read; None if there was none.
        from_file: the settings in that file, by name, those in tables too.
    """

    input: InputConfig = field(default_factory=InputConfig)
    build: BuildConfig = field(default_factory=BuildConfig)
    file: Path | None = None
    from_file: frozenset[str] = frozenset()


def read_settings(path: Path | None, options: Mapping[str, Any]) -> Settings:
    """Read settings: a TOML file overrides the defaults, and options override both.

    Args:
        path: a TOML file with the settings of :data:`TOP_LEVEL` at the top, and the others in :data:`TABLES`; None
            for no file.
        options: values by the name of the setting, whichever table it is in; None means "not given".

    Raises:
        ConfigError: the file cannot be read, or names or values in it or among the options are wrong.
    """
    values = {} if path is None else _read_toml(path)
    in_file = frozenset(values).union(*(values.get(table, {}) for table in TABLES)) - TABLES.keys()
    given = {name: value for name, value in options.items() if value is not None}
    _check_names(given, [*setting_names(TOP_LEVEL), *setting_names(TABLES.values())])
    for table, kind in TABLES.items():
        in_table = {name: given.pop(name) for name in setting_names([kind]) if name in given}
        if in_table:
            values[table] = {**values.get(table, {}), **in_table}
    return replace(_settings({**values, **given}), file=path, from_file=in_file)


def find_settings_file(data: str | None, folder: Path) -> tuple[Path | None, Path | None]:
    """The file of settings that is read without being named: in the working folder, else next to the data.

    Args:
        data: the path or name of the data, if it was given on the command line.
        folder: the working folder.

    Returns:
        The file, and a second file that is ignored because of it; None where there is no such file.
    """
    folders = [folder]
    if data is not None and data not in NAMES:
        path = expanded(data)
        folders += [path, path.parent] if path.is_dir() else [path.parent]
    files: dict[Path, Path] = {}
    for file in (path / FILE_NAME for path in folders):
        if file.is_file():
            files.setdefault(file.resolve(), file)
    first, second, *_ = [*files.values(), None, None]
    return first, second


def setting_names(kinds: Iterable[type[Checked]]) -> list[str]:
    """The names of the settings of some classes, as :func:`settings_of` lists them."""
    return [setting.name for kind in kinds for setting in settings_of(kind)]


def settings_of(kind: type[Checked]) -> list[Field[Any]]:
    """The settings of a class, in the order of their declaration, except fields that are classes of settings."""
    return [setting for setting in fields(kind) if not _is_class(setting)]  # type: ignore[arg-type]


def _is_class(setting: Field[Any]) -> bool:
    return isinstance(setting.default_factory, type) and issubclass(setting.default_factory, Checked)


def _settings(values: Mapping[str, Any]) -> Settings:
    """All settings, from values that override the defaults."""
    train = TrainConfig(**values.get("train", {}))
    privacy = PrivacyConfig(**values.get("privacy", {}))
    presentation = PresentationConfig(**_values_of(PresentationConfig, values))
    read = ReadConfig(**_values_of(ReadConfig, values))
    return Settings(
        input=InputConfig(**_values_of(InputConfig, values), read=read),
        build=BuildConfig(**_values_of(BuildConfig, values), train=train, presentation=presentation, privacy=privacy),
    )


def _values_of(kind: type[Checked], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in setting_names([kind]) if name in values}


def _read_toml(path: Path) -> dict[str, Any]:
    """The values that a file sets, checked; every error names the file."""
    content = read_small_file(path, MAX_BYTES, "a TOML file")
    try:
        values = _decode(content)
        _check_names(values, [*setting_names(TOP_LEVEL), *TABLES])
        for table, kind in TABLES.items():
            if table in values:
                if not isinstance(values[table], dict):
                    example = "dim = 64" if table == "train" else "hide_rated = true"
                    shown = type_of(values[table]) if has_secrets(kind) else shortened(values[table])
                    raise ConfigError(f"{table} is {shown}; expected a table [{table}] with names such as {example}")
                _check_names(values[table], setting_names([kind]))
                _remove_unset(values[table], [kind])
        _remove_unset(values, TOP_LEVEL)
        for table, names in _FORMS.items():
            if isinstance(values.get(table), dict):
                _check_forms(table, values[table], names)
                values[table] = {name: value for name, value in values[table].items() if value != ""}
        for name in _PATHS:
            if isinstance(values.get(name), str) and not (name == "data" and values[name] in NAMES):
                values[name] = str(path.parent / expanded(values[name]))
        _settings(values)  # so that errors name the file
    except ConfigError as problem:
        raise ConfigError(f"{path}: {problem}") from None
    except RecursionError:
        raise ConfigError(f"{path}: nests tables or lists too deeply; expected TOML such as top_k = 10") from None
    except (msgspec.DecodeError, ValueError) as problem:
        raise ConfigError(f"{path}: {problem}; expected TOML such as top_k = 10") from None
    return values


def _decode(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        raise ConfigError(f"has more than {MAX_BYTES:,} bytes; expected a file of settings, such as --init writes")
    values = msgspec.toml.decode(content.removeprefix(b"\xef\xbb\xbf"))  # editors on Windows begin a file with these
    assert isinstance(values, dict)
    return values


def _remove_unset(values: dict[str, Any], kinds: Iterable[type[Checked]]) -> None:
    """Remove empty texts where they mean "not set", since TOML has no value for that."""
    for setting in (setting for kind in kinds for setting in settings_of(kind)):
        if setting.default is None and values.get(setting.name) == "":
            del values[setting.name]


def default_of(setting: Field[Any]) -> Any:
    """The default of a setting."""
    return setting.default if setting.default_factory is MISSING else setting.default_factory()


def _check_forms(table: str, given: Iterable[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            raise ConfigError(f"{table} has {shortened(name)}; {_near_miss(name, known)}expected {', '.join(known)}")


def _check_names(names: Iterable[str], known: Collection[str]) -> None:
    """Refuse a setting that is not known here, and suggest the one that was probably meant."""
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ConfigError(
            f"there is no setting {shortened(unknown[0])} here; "
            f"{_elsewhere(unknown[0]) or _near_miss(unknown[0], known)}expected {', '.join(known)}"
        )


def _elsewhere(name: str) -> str:
    """A suggestion of the setting of this name in another table, with a space after it; empty if there is none."""
    for table, kind in TABLES.items():
        if name in setting_names([kind]):
            return f"did you mean {name} in the table [{table}]? "
    return f"did you mean {name} above the first table? " if name in setting_names(TOP_LEVEL) else ""


def _near_miss(name: str, known: Collection[str]) -> str:
    """A suggestion of the most similar name, with a space after it; empty if none is similar."""
    close = difflib.get_close_matches(name[:100], known, n=1)
    return f"did you mean {close[0]}? " if close else ""
