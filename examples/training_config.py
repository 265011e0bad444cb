"""The training configuration, in the form that the registry writes."""

import re
from typing import NamedTuple

import yaml_subset
from yaml_subset import Scalar, Section

NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


class ConfigError(ValueError):
    """The configuration cannot be used; the message names the file and the line."""


class TrainingConfig(NamedTuple):
    """What to train on what. The ranges are those of the registry."""

    model_id: str
    dataset_path: str
    learning_rate: float
    num_epochs: int
    batch_size: int
    max_seq_length: int
    output_dir: str
    seed: int
    ignored: tuple  # "line 7: training.dropout" for each key that means nothing here


def load(path):
    """Reads and checks a configuration; raises ConfigError."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return _checked(yaml_subset.parse(file.read()))
    except OSError as e:
        raise ConfigError("{}: {}".format(path, e.strerror)) from e
    except UnicodeDecodeError as e:
        raise ConfigError("{}: not UTF-8 at byte {}".format(path, e.start)) from e
    except ValueError as e:  # of this module and of yaml_subset, and a NUL in the path
        raise ConfigError("{}, {}".format(path, e)) from e


def _checked(document):
    keys = _Keys(document)
    keys.constant("version", "1.0")
    keys.constant("mode", "sft")
    keys.constant("dataset.format", "tunix_sft")
    return TrainingConfig(
        model_id=keys.text("model.model_id"),
        dataset_path=keys.text("dataset.path"),
        learning_rate=keys.rate("training.learning_rate"),
        num_epochs=keys.whole("training.num_epochs", 1, 100),
        batch_size=keys.whole("training.batch_size", 1, 512),
        max_seq_length=keys.whole("training.max_seq_length", 128, 32768),
        output_dir=keys.text("output.output_dir"),
        seed=keys.whole("training.seed", 0, 999999999, default=0),
        # a model this small is trained on the processor, and without weight decay
        ignored=keys.unread({"runner", "training.weight_decay", "training.device"}),
    )


class _Keys:
    """The values of a document by dotted name; remembers which were asked for."""

    def __init__(self, document):
        self._document = document
        self._read = set()

    def text(self, name):
        value = self._scalar(name)
        if not value.quoted and value.text in ("", "~", "null", "Null", "NULL"):
            raise _wrong(value, name, "has no value")
        if not value.text or "\0" in value.text:
            raise _wrong(value, name, "must not be empty or hold a NUL")
        return value.text

    def constant(self, name, allowed):
        value = self._scalar(name)
        if value.text != allowed:
            raise _wrong(value, name, "must be {}, not {}".format(allowed, _written(value)))

    def rate(self, name):
        value = self._scalar(name)
        number = float(value.text) if self._is(NUMBER, value) else 0
        if not 0 < number <= 1:
            raise _wrong(value, name, "must be a number greater than 0 and at most 1, not "
                         + _written(value))
        return number

    def whole(self, name, least, most, default=None):
        value = self._scalar(name, optional=default is not None)
        if value is None:
            return default
        if not self._is(WHOLE_NUMBER, value) or not least <= int(value.text) <= most:
            raise _wrong(value, name, "must be a whole number from {} to {}, not {}".format(
                least, most, _written(value)))
        return int(value.text)

    def unread(self, known):
        """The keys nobody asked for, in the order of the file."""
        return tuple(
            "line {}: {}".format(value.line, name)
            for name, value in _scalars(self._document, "")
            if name not in self._read and name not in known)

    def _scalar(self, name, optional=False):
        self._read.add(name)
        value, walked = self._document, []
        for key in name.split("."):
            if isinstance(value, Scalar):
                raise _wrong(value, ".".join(walked), "must be a map with the key " + key)
            walked.append(key)
            if key not in value.entries:
                if optional:
                    return None
                raise _wrong(value, ".".join(walked), "is missing")
            value = value.entries[key]
        if isinstance(value, Section):
            raise _wrong(value, name, "must be a single value, not a map")
        return value

    @staticmethod
    def _is(form, value):
        return not value.quoted and form.fullmatch(value.text)


def _wrong(value, name, reason):
    return ConfigError("line {}: {} {}".format(value.line, name, reason))


def _written(value):
    return "the text '{}'".format(value.text) if value.quoted else "'{}'".format(value.text)


def _scalars(section, prefix):
    for key, value in section.entries.items():
        if isinstance(value, Section):
            yield from _scalars(value, prefix + key + ".")
        else:
            yield prefix + key, value
