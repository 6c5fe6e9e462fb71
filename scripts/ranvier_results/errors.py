"""The error of this package: one sentence that says where, what was found or expected, and what to do."""

import difflib


class ResultsError(Exception):
    """Results cannot be read, or something was asked for that they do not hold."""


def listed(names, most=20):
    names = [str(name) for name in names]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) + more) or "none"


def nearest(name, valid):
    """The valid name most like a given one, None if none is."""
    spelled = {str(v).lower(): str(v) for v in valid}
    close = difflib.get_close_matches(str(name).lower(), spelled, n=1, cutoff=0.4)
    return spelled[close[0]] if close else None


def unknown(where, what, name, valid):
    """The error for a name that does not exist: unknown("v.h5", "population", "exk", ["exc", "inh"])."""
    hint = nearest(name, valid)
    return ResultsError(f'{where}: there is no {what} "{name}"; there are: {listed(valid)}.'
                        + (f' Did you mean "{hint}"?' if hint else ""))
