#include "ranvier/parameters/Expression.hpp"

#include <algorithm>
#include <array>

#include "ranvier/base/Error.hpp"

#include "ExpressionParser.hpp"
#include "operations.hpp"
#include <fmt/format.h>

namespace ranvier::parameters {

namespace {

constexpr std::size_t block =
    64;  // values evaluated at a time: one decision per operation and block

using Column = std::array<double, block>;

/// Applies one operation to the top of the stack; returns the new height.
std::size_t apply(Expression::Op op, Column* stack, std::size_t height, std::size_t count) {
    Column& x = stack[height - 1];
    if (with_unary(op, [&](auto f) {
            for (std::size_t k = 0; k < count; ++k)
                x[k] = f(x[k]);
        }))
        return height;
    if (op == Expression::Op::where) {
        Column& condition = stack[height - 3];
        for (std::size_t k = 0; k < count; ++k)
            condition[k] = condition[k] != 0 ? stack[height - 2][k] : x[k];
        return height - 2;
    }
    Column& a = stack[height - 2];
    with_binary(op, [&](auto f) {
        for (std::size_t k = 0; k < count; ++k)
            a[k] = f(a[k], x[k]);
    });
    return height - 1;
}

}  // namespace

Expression::Expression(std::string text, std::initializer_list<std::string_view> variables)
    : text_(std::move(text)) {
    ExpressionParser parser{text_, {variables.begin(), variables.size()}};
    auto             steps = std::make_shared<std::vector<Step>>(parser.parse());
    for (const Step& step : *steps) {
        if (step.op == Op::variable) used_ |= std::uint64_t{1} << step.variable;
    }
    steps_ = std::move(steps);
}

double Expression::operator()(std::initializer_list<double> values) const {
    std::array<Column, max_depth> stack;
    std::size_t                   height = 0;
    for (const Step& step : *steps_) {
        if (step.op == Op::number)
            stack[height++][0] = step.number;
        else if (step.op == Op::variable)
            stack[height++][0] = values.begin()[step.variable];
        else
            height = apply(step.op, stack.data(), height, 1);
    }
    return stack[0][0];
}

void Expression::evaluate(
    std::initializer_list<std::span<const double>> values, std::span<double> out
) const {
    std::array<Column, max_depth> stack;
    for (std::size_t first = 0; first < out.size(); first += block) {
        const std::size_t count  = std::min(block, out.size() - first);
        std::size_t       height = 0;
        for (const Step& step : *steps_) {
            if (step.op == Op::number) {
                std::fill_n(stack[height++].begin(), count, step.number);
            } else if (step.op == Op::variable) {
                const double* from = values.begin()[step.variable].data() + first;
                std::copy_n(from, count, stack[height++].begin());
            } else {
                height = apply(step.op, stack.data(), height, count);
            }
        }
        std::copy_n(stack[0].begin(), count, out.begin() + static_cast<std::ptrdiff_t>(first));
    }
}

double nonzero_up_to(const Expression& formula) {
    const auto vanishes_from = [&](double c) {
        return formula.bounds({{c, infinite}}) == Interval{0, 0};
    };
    double high = 1e-3;
    while (high < 1e15 && !vanishes_from(high))
        high *= 2;
    if (high >= 1e15) return infinite;
    double low = 0;
    if (vanishes_from(low)) return 0;
    for (int step = 0; step < 200 && std::nextafter(low, infinite) < high; ++step) {
        const double middle                  = low + (high - low) / 2;
        (vanishes_from(middle) ? high : low) = middle;
    }
    return high;
}

}  // namespace ranvier::parameters
