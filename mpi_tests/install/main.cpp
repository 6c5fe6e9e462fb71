#include <memory>

#include <ranvier/ranvier.hpp>

using namespace ranvier;

int main(int argc, char** argv) {
    Environment env{argc, argv};
    Simulation  sim{env, {.timestep = 0.1_ms, .seed = 42}};

    Population noise{sim, 200, SpikeSourcePoisson{.rate = 20_Hz}, {.label = "noise"}};
    Population cells{
        sim,
        100,
        IF_curr_exp{
            .v_rest   = [](std::size_t i) { return -65_mV + 0.01_mV * double(i); },
            .tau_m    = normal(20_ms, 2_ms),
            .v_thresh = -52_mV},
        {.label = "cells"}};
    cells.initialize(IF_curr_exp::Initial{.v = uniform(-70_mV, -55_mV)});
    cells.record({"spikes"});

    Projection input{
        noise,
        cells,
        FixedProbabilityConnector{.p_connect = 0.1},
        StaticSynapse{.weight = normal_clipped(0.5_nA, 0.1_nA, {.low = 0_nA}), .delay = 1.5_ms}};

    sim.write_to(std::make_shared<SonataResults>(sim.comm(), "results"));
    sim.run(1_s);
    sim.finish_writing();
    const double rate = cells.mean_spike_count();  // collective: the same on every rank
    env.root() << input.size() << " connections, " << rate << " spikes per cell\n";
}
