"""The exceptions of the package.

DedupError
├── ConfigError   a setting that cannot be used: names the key, the value and what would do
└── InputError    text or a file that cannot be read: names the file and the place
"""


class DedupError(Exception):
    """Base of every error that the package raises on purpose."""


class ConfigError(DedupError):
    """A setting is unknown or has a value that cannot be used."""


class InputError(DedupError):
    """A document, file or saved result cannot be read."""
