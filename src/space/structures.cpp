// Line, Grid2D, Grid3D, RandomStructure: positions as functions of the index.

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/text.hpp"
#include "ranvier/random/Permutation.hpp"
#include "ranvier/random/Stream.hpp"
#include "ranvier/space/Grid3D.hpp"
#include "ranvier/space/Line.hpp"
#include "ranvier/space/RandomStructure.hpp"

#include <fmt/format.h>

namespace ranvier {

namespace {

void require_finite(std::string_view structure, std::initializer_list<double> lengths) {
    for (const double value : lengths) {
        if (std::isfinite(value)) continue;
        throw SpaceError(fmt::format(
            "{}: lengths and coordinates must be finite, got {} um.", structure, number(value)
        ));
    }
}

void require_positive(std::string_view structure, std::string_view parameter, double ratio) {
    if (std::isfinite(ratio) && ratio > 0) return;
    throw SpaceError(
        fmt::format(
            "{}: {} must be finite and > 0, got {}. It is a ratio of numbers of points.",
            structure,
            parameter,
            number(ratio)
        ),
        {.parameter = std::string{parameter}}
    );
}

[[noreturn]] void does_not_fit(
    std::string_view structure, std::size_t size, std::string_view shape, std::string_view advice
) {
    throw SpaceError(fmt::format(
        "{}: {} cells do not fill a grid of {} points. {}", structure, size, shape, advice
    ));
}

/// Rounded for what comes from decimals: sqrt(12 * 3) is 6 whatever the last bit says. Halves go to
/// the even number, as in Python: 5 / 2 is 2.
std::size_t rounded(double x) {
    double whole = std::floor(x + 0.5);
    if (whole - x == 0.5 && std::fmod(whole, 2) != 0) whole -= 1;
    return static_cast<std::size_t>(std::max(1.0, whole));
}

/// The place on the grid that a cell takes, for either order.
template <class Grid>
space::Layout placed(
    std::size_t size, const Grid& grid, random::Key key, space::Layout::Function at_place
) {
    if (grid.fill_order == FillOrder::sequential) return {size, std::move(at_place)};
    if (auto rng = grid.rng) {
        std::vector<Position> positions;
        for (const std::size_t place :
             rng->in_use(key, [size](NumpyRNG& from) { return from.permutation(size); }))
            positions.push_back(at_place(place));
        return space::Layout{std::move(positions)};
    }
    return {
        size,
        [at_place    = std::move(at_place),
         permutation = std::make_shared<const random::Permutation>(key, size)](std::size_t index) {
            return at_place((*permutation)(index));
        }};
}

/// What a description says of a generator; nothing without one.
std::string seed_of(const std::optional<NumpyRNG>& rng) {
    return rng ? fmt::format(", rng=NumpyRNG({})", rng->seed()) : std::string{};
}

/// Of a generator; 0 without one.
std::uint64_t fingerprint_of(const std::optional<NumpyRNG>& rng) {
    return rng ? rng->fingerprint() : 0;
}

std::string_view name_of(FillOrder order) {
    return order == FillOrder::sequential ? "sequential" : "random";
}

std::string lengths(std::initializer_list<std::pair<std::string_view, Length>> values) {
    std::string list;
    for (const auto& [name, value] : values)
        list += fmt::format("{}{}={}", list.empty() ? "" : ", ", name, number(value.value()));
    return list;
}

/// A point in the cube from -1 to 1, from the next draws of the stream.
template <class Random>
Position in_cube(Random& stream) {
    const double x = 2 * stream.uniform() - 1;
    const double y = 2 * stream.uniform() - 1;
    const double z = 2 * stream.uniform() - 1;
    return {x, y, z};
}

template <class Random>
Position in(const Cuboid& box, Random& stream) {
    const Position p = in_cube(stream);
    return {
        0.5 * p.x * box.width.value(),
        0.5 * p.y * box.height.value(),
        0.5 * p.z * box.depth.value()};
}

template <class Random>
Position in(const Sphere& ball, Random& stream) {
    for (;;) {  // twice on average
        const Position p = in_cube(stream);
        if (squared_distance(p, {}) < 1) return ball.radius.value() * p;
    }
}

void check(std::string_view name, double length) {
    if (std::isfinite(length) && length >= 0) return;
    throw SpaceError(
        fmt::format(
            "RandomStructure: {} must be finite and >= 0 um, got {} um.", name, number(length)
        ),
        {.parameter = std::string{name}}
    );
}

void check(const Cuboid& box) {
    check("width", box.width.value());
    check("height", box.height.value());
    check("depth", box.depth.value());
}

void check(const Sphere& ball) {
    check("radius", ball.radius.value());
}

}  // namespace

space::Layout::Layout(std::vector<Position> positions) : size_(positions.size()) {
    const auto shared = std::make_shared<const std::vector<Position>>(std::move(positions));
    position_ =
        std::make_shared<const Function>([shared](std::size_t index) { return (*shared)[index]; });
}

space::Layout Line::layout(std::size_t size, random::Key) const {
    require_finite("Line", {dx.value(), x0.value(), y.value(), z.value()});
    return {size, [line = *this](std::size_t i) {
                return at(line.x0 + static_cast<double>(i) * line.dx, line.y, line.z);
            }};
}

std::string Line::describe() const {
    return fmt::format("Line({})", lengths({{"dx", dx}, {"x0", x0}, {"y", y}, {"z", z}}));
}

std::array<std::size_t, 2> Grid2D::shape(std::size_t size) const {
    require_positive("Grid2D", "aspect_ratio", aspect_ratio);
    if (size == 0) return {0, 0};
    const std::size_t nx = rounded(std::sqrt(static_cast<double>(size) * aspect_ratio));
    const std::size_t ny = std::max<std::size_t>(1, size / nx);
    if (nx * ny != size) {
        does_not_fit(
            "Grid2D",
            size,
            fmt::format("{} x {}", nx, ny),
            "Choose an aspect_ratio nx / ny such that nx ny is the number of cells."
        );
    }
    return {nx, ny};
}

space::Layout Grid2D::layout(std::size_t size, random::Key key) const {
    require_finite("Grid2D", {dx.value(), dy.value(), x0.value(), y0.value(), z.value()});
    const std::size_t ny = shape(size)[1];
    return placed(size, *this, key, [grid = *this, ny](std::size_t place) {
        const auto ix = static_cast<double>(place / ny);
        const auto iy = static_cast<double>(place % ny);
        return at(grid.x0 + ix * grid.dx, grid.y0 + iy * grid.dy, grid.z);
    });
}

std::uint64_t Grid2D::fingerprint() const {
    return fingerprint_of(rng);
}

std::string Grid2D::describe() const {
    return fmt::format(
        "Grid2D(aspect_ratio={}, {}, fill_order={}{})",
        number(aspect_ratio),
        lengths({{"dx", dx}, {"dy", dy}, {"x0", x0}, {"y0", y0}, {"z", z}}),
        name_of(fill_order),
        seed_of(rng)
    );
}

std::array<std::size_t, 3> Grid3D::shape(std::size_t size) const {
    require_positive("Grid3D", "aspect_ratio_xy", aspect_ratio_xy);
    require_positive("Grid3D", "aspect_ratio_xz", aspect_ratio_xz);
    if (size == 0) return {0, 0, 0};
    const double      volume = static_cast<double>(size) * aspect_ratio_xy * aspect_ratio_xz;
    const std::size_t nx     = rounded(std::cbrt(volume));
    const std::size_t ny     = rounded(static_cast<double>(nx) / aspect_ratio_xy);
    const std::size_t nz     = rounded(static_cast<double>(nx) / aspect_ratio_xz);
    if (nx * ny * nz != size) {
        does_not_fit(
            "Grid3D",
            size,
            fmt::format("{} x {} x {}", nx, ny, nz),
            "Choose aspect ratios nx / ny and nx / nz such that nx ny nz is the number of cells."
        );
    }
    return {nx, ny, nz};
}

space::Layout Grid3D::layout(std::size_t size, random::Key key) const {
    require_finite(
        "Grid3D", {dx.value(), dy.value(), dz.value(), x0.value(), y0.value(), z0.value()}
    );
    const auto points = shape(size);
    return placed(size, *this, key, [grid = *this, points](std::size_t place) {
        const auto ix = static_cast<double>(place / points[2] / points[1]);
        const auto iy = static_cast<double>(place / points[2] % points[1]);
        const auto iz = static_cast<double>(place % points[2]);
        return at(grid.x0 + ix * grid.dx, grid.y0 + iy * grid.dy, grid.z0 + iz * grid.dz);
    });
}

std::uint64_t Grid3D::fingerprint() const {
    return fingerprint_of(rng);
}

std::string Grid3D::describe() const {
    return fmt::format(
        "Grid3D(aspect_ratio_xy={}, aspect_ratio_xz={}, {}, fill_order={}{})",
        number(aspect_ratio_xy),
        number(aspect_ratio_xz),
        lengths({{"dx", dx}, {"dy", dy}, {"dz", dz}, {"x0", x0}, {"y0", y0}, {"z0", z0}}),
        name_of(fill_order),
        seed_of(rng)
    );
}

std::string Cuboid::describe() const {
    return fmt::format(
        "Cuboid({})", lengths({{"width", width}, {"height", height}, {"depth", depth}})
    );
}

std::string Sphere::describe() const {
    return fmt::format("Sphere({})", lengths({{"radius", radius}}));
}

space::Layout RandomStructure::layout(std::size_t size, random::Key key) const {
    std::visit([](const auto& volume) { check(volume); }, boundary);
    require_finite("RandomStructure", {origin.x, origin.y, origin.z});
    const auto draw = [volume = boundary, centre = origin](auto& stream) {
        return centre + std::visit([&](const auto& v) { return in(v, stream); }, volume);
    };
    if (auto numpy = rng) {
        return space::Layout{numpy->in_use(key, [size, &draw](NumpyRNG& from) {
            std::vector<Position> positions;
            for (std::size_t i = 0; i < size; ++i)
                positions.push_back(draw(from));
            return positions;
        })};
    }
    return {size, [draw, key](std::size_t index) {
                random::Stream stream{key, index};
                return draw(stream);
            }};
}

std::uint64_t RandomStructure::fingerprint() const {
    return fingerprint_of(rng);
}

std::string RandomStructure::describe() const {
    return fmt::format(
        "RandomStructure({}, origin=({}, {}, {}){})",
        std::visit([](const auto& volume) { return volume.describe(); }, boundary),
        number(origin.x),
        number(origin.y),
        number(origin.z),
        seed_of(rng)
    );
}

}  // namespace ranvier
