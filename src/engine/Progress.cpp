#include "ranvier/engine/Progress.hpp"

#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

namespace ranvier {

namespace {

double seconds(std::chrono::steady_clock::duration d) {
    return std::chrono::duration<double>(d).count();
}

std::string duration_text(double s) {
    if (s < 100) return fmt::format("{:.0f} s", s);
    if (s < 6000) return fmt::format("{:.0f} min", s / 60);
    return fmt::format("{:.1f} h", s / 3600);
}

bool writes_to_terminal(const std::ostream& out) {
    if (&out == &std::cout) return isatty(STDOUT_FILENO) != 0;
    if (&out == &std::cerr || &out == &std::clog) return isatty(STDERR_FILENO) != 0;
    return false;
}

}  // namespace

Progress::Progress(std::ostream& out, Time begin, Time end, bool enabled)
    : out_(out),
      begin_(begin),
      end_(end),
      enabled_(enabled),
      is_terminal_(writes_to_terminal(out)),
      started_(Clock::now()),
      last_shown_(started_) {}

void Progress::show(Time now) {
    if (!enabled_) return;
    const auto wall = Clock::now();
    if (!has_started_) {  // what came before the first interval says nothing about the speed
        has_started_ = true;
        begin_       = now;
        started_ = last_shown_ = wall;
        return;
    }
    const bool is_last = now >= end_;
    if (is_terminal_) {
        if (!is_last && seconds(wall - last_shown_) < 0.2) return;
    } else if (is_last || now < next_ || seconds(wall - last_shown_) < 10) {
        return;
    }
    last_shown_ = wall;
    next_       = now + 0.1 * (end_ - begin_);
    out_ << (is_terminal_ ? "\r" : "") << line(begin_, now, end_, seconds(wall - started_))
         << (is_terminal_ ? "   " : "\n");
    out_.flush();
    line_open_ = is_terminal_;
}

std::string Progress::line(Time begin, Time now, Time end, double elapsed) {
    const double done   = (now - begin) / (end - begin);
    const double factor = elapsed / ((now - begin) / 1_s);
    const double left   = done > 0 ? elapsed / done - elapsed : 0;
    return fmt::format(
        "{:8.1f} of {:.1f} ms  {:3.0f} %  real-time factor {:.3g}  {} left",
        now.value(),
        end.value(),
        100 * done,
        factor,
        duration_text(left)
    );
}

void Progress::finish() {
    if (line_open_) out_ << '\n';
    line_open_ = false;
}

}  // namespace ranvier
