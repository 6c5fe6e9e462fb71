"""Stands in for neo and quantities: takes the calls that the real ones take, and refuses what they refuse."""

import sys
import types
from contextlib import contextmanager

import numpy as np


class Quantity:
    def __init__(self, value, units):
        self.value, self.units = value, units

    def __rmul__(self, number):
        return Quantity(number * self.value, self.units)


class Block:
    def __init__(self, name=None, description=None, file_origin=None, file_datetime=None, rec_datetime=None, index=None,
                 **annotations):
        self.name, self.description, self.annotations, self.segments = name, description, annotations, []

    def annotate(self, **annotations):
        self.annotations.update(annotations)


class Segment:
    def __init__(self, name=None, description=None, file_origin=None, file_datetime=None, rec_datetime=None, index=None,
                 **annotations):
        self.name, self.index, self.annotations = name, index, annotations
        self.spiketrains, self.analogsignals = [], []


class SpikeTrain:
    def __init__(self, times, t_stop, units=None, dtype=None, copy=None, sampling_rate=None, t_start=None,
                 waveforms=None, left_sweep=None, name=None, file_origin=None, description=None,
                 array_annotations=None, **annotations):
        if units != "ms" or t_stop.units != "ms" or t_start.units != "ms":
            raise ValueError("all times are in ms here")
        if len(times) and (times.min() < t_start.value or times.max() > t_stop.value):
            raise ValueError("spikes outside t_start to t_stop")
        self.times, self.annotations = np.asarray(times), annotations
        self.t_start, self.t_stop = t_start.value, t_stop.value


class AnalogSignal:
    def __init__(self, signal, units=None, dtype=None, copy=None, t_start=Quantity(0, "s"), sampling_rate=None,
                 sampling_period=None, name=None, file_origin=None, description=None, array_annotations=None,
                 **annotations):
        if (sampling_rate is None) == (sampling_period is None):
            raise ValueError("either sampling_rate or sampling_period")
        for values in (array_annotations or {}).values():
            if len(values) != signal.shape[1]:
                raise ValueError("an array annotation has a value for each channel")
        self.magnitude, self.units, self.name = signal, units, name
        self.t_start, self.sampling_period = t_start.value, sampling_period.value
        self.array_annotations, self.annotations = array_annotations, annotations


@contextmanager
def installed():
    """Both modules can be imported inside."""
    neo, quantities = types.ModuleType("neo"), types.ModuleType("quantities")
    for kind in (Block, Segment, SpikeTrain, AnalogSignal):
        setattr(neo, kind.__name__, kind)
    quantities.ms = Quantity(1.0, "ms")
    before = {name: sys.modules.get(name) for name in ("neo", "quantities")}
    sys.modules.update(neo=neo, quantities=quantities)
    try:
        yield
    finally:
        for name, module in before.items():
            sys.modules.pop(name)
            if module is not None:
                sys.modules[name] = module
