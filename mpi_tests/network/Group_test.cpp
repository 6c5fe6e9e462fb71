#include "ranvier/network/Group.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ranvier/ranvier.hpp"

#include "support/mpi_assertions.hpp"

namespace ranvier {
namespace {

using testing::Each;
using testing::ElementsAre;

const Communicator& world() {
    static const Communicator comm;
    return comm;
}

TEST(Group, knows_where_its_members_are) {
    Simulation sim{world()};
    Population p{sim, 16, IF_cond_exp{}, {.structure = Grid2D{.dx = 10_um, .dy = 10_um}}};

    EXPECT_EQ(p.position(5), (Position{10, 10, 0}));
    EXPECT_EQ(p[5].position(), p.position(5));
    EXPECT_EQ(p.position(-1), (Position{30, 30, 0}));
    EXPECT_EQ(p[slice(4, 8)].position(1), p.position(5));
    EXPECT_EQ(p[slice(4, 8)].positions().size(), 4u);
    EXPECT_COMPARED_ALL(world(), p.local_positions().size(), 16u);
    EXPECT_EQ(p.nearest({12, 9, 3}).index(), 5u);
    EXPECT_EQ(p.nearest({5, 0, 0}).index(), 0u);  // of two the first
    EXPECT_EQ(p[slice(8, 16)].nearest({0, 0, 0}).index(), 8u);
    const auto where = p[slice(4, 8)].position_generator();
    EXPECT_EQ(where(-1), p.position(7));
    EXPECT_EQ(where(-4), p.position(4));
    EXPECT_THROW(where(4), ParameterError);
    EXPECT_THROW(where(-5), ParameterError);

    p.set("v_thresh", [&, at = p.position_generator()](std::size_t i) {
        const Position q = at(static_cast<std::ptrdiff_t>(i));
        return -50 + 0.5 * q.x - 0.2 * q.y;
    });
    const auto by_generator = p.get("v_thresh").array();
    EXPECT_THAT(
        by_generator,
        ElementsAre(-50, -52, -54, -56, -45, -47, -49, -51, -40, -42, -44, -46, -35, -37, -39, -41)
    );
    p.set(&IF_cond_exp::v_thresh, [](Position q) {
        return -50_mV + (0.5 * q.x - 0.2 * q.y) * 1_mV;
    });
    EXPECT_EQ(p.get("v_thresh"), by_generator);
    p[{1, 6}].set("v_reset", by_position([](Position q) { return q.x + q.y; }));
    EXPECT_EQ(p[6].get("v_reset"), 30);

    p.set_positions(std::vector<Position>(16, Position{1, 2, 3}));
    EXPECT_FALSE(p.structure());
    EXPECT_EQ(p.position(7), (Position{1, 2, 3}));
    p.set_structure(Line{.dx = 2_um});
    EXPECT_EQ(p.position(3), (Position{6, 0, 0}));
    EXPECT_COLLECTIVE_THROW(
        world(), p.nearest({0, std::nan(""), 0}), SpaceError, "Coordinates must be finite"
    );
    EXPECT_COLLECTIVE_THROW(
        world(), p.set_positions({{0, 0, 0}}), SpaceError, "1 positions were given for 16 cells"
    );
    std::vector<Position> unknown(16);
    unknown[3].y = std::nan("");
    EXPECT_COLLECTIVE_THROW(
        world(), p.set_positions(unknown), SpaceError, "the position of cell 3 is (0, nan, 0) um"
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        (Population{sim, 7, IF_cond_exp{}, {.label = "x", .structure = Grid2D{}}}),
        SpaceError,
        "Population \"x\""
    );
}

TEST(Group, is_refused_what_does_not_fit_and_nothing_changes) {
    Simulation sim{world()};
    Population p{sim, 6, SpikeSourcePoisson{}, {.label = "p"}};

    EXPECT_COLLECTIVE_THROW(
        world(),
        p.set(&SpikeSourcePoisson::rate, linspace(10_Hz, 20_Hz, 7)),
        ParameterError,
        "Population \"p\": rate was given 7 values for 6 cells."
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        p[slice(0, 3)].set({{"rate", 5.0}, {"start", std::vector{1.0}}}),
        ParameterError,
        "View of \"p\": start was given 1 values for 3 cells."
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        p[slice(0, 3)].set("rat", 5.0),
        ParameterError,
        "Population \"p\": SpikeSourcePoisson has no parameter \"rat\". It has \"rate\""
    );
    EXPECT_COLLECTIVE_THROW(
        world(),
        p[slice(2, 6)].set("rate", std::vector{1.0, 2.0, -3.0, -4.0}),
        ParameterError,
        "View of \"p\": rate must be >= 0 Hz, got -3 Hz at cell 2 (and 1 more)."
    );
    EXPECT_COLLECTIVE_THROW(world(), p.get("rat"), ParameterError, "\"rate\"");
    EXPECT_COLLECTIVE_THROW(world(), p.initialize("v", -60.0), ParameterError, "It has none.");
    EXPECT_TRUE(p.get("rate").is_homogeneous());
    EXPECT_EQ(p.get("rate").number(), 1);
}

TEST(Group, knows_the_nearest_of_points_that_are_somewhere) {
    Simulation       sim{world()};
    Population       p{sim, 5, IF_curr_exp{}, {.label = "p"}};
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const double y : {infinity, -infinity, std::nan("")}) {
        EXPECT_COLLECTIVE_THROW(
            world(),
            p.nearest({0, y, 0}),
            SpaceError,
            "Population \"p\": no cell is nearest to (0, "
        );
    }
    Population grid{
        sim,
        4 * 5 * 6,
        IF_curr_exp{},
        {.structure = Grid3D{.aspect_ratio_xy = 4.0 / 5, .aspect_ratio_xz = 4.0 / 6}}};
    EXPECT_EQ(grid.nearest({0, 0, 1}).index(), 1u);
    EXPECT_EQ(grid.nearest({0, 1, 0}).index(), 6u);
    EXPECT_EQ(grid.nearest({1, 0, 0}).index(), 30u);
    EXPECT_EQ(grid.nearest({3, 2, 1}).index(), 103u);
    EXPECT_EQ(grid.nearest({3.49, 2.49, 1.49}).index(), 103u);
    EXPECT_EQ(grid.nearest({3.49, 2.49, 1.51}).index(), 104u);
    EXPECT_EQ(p.nearest({1e300, 0, 0}).index(), 0u) << "all are equally far";
    EXPECT_EQ(p.nearest({1e3, 0, 0}).index(), 4u);
    EXPECT_COLLECTIVE_THROW(
        world(), p[slice(2, 2)].nearest({0, 0, 0}), SpaceError, "no cell is nearest, there is none"
    );
}

TEST(Group, keeps_its_positions_when_others_are_refused) {
    Simulation sim{world()};
    Population p{sim, 7, IF_curr_exp{}, {.label = "p", .structure = Line{.dx = 2_um}}};
    EXPECT_COLLECTIVE_THROW(world(), p.set_structure(Grid2D{}), SpaceError, "Population \"p\"");
    EXPECT_COLLECTIVE_THROW(
        world(), p.set_positions(std::vector<Position>(5)), SpaceError, "5 positions"
    );
    ASSERT_TRUE(p.structure().has_value());
    EXPECT_TRUE(*p.structure() == Structure{Line{.dx = 2_um}});
    EXPECT_EQ(p.position(3), (Position{6, 0, 0}));
}

}  // namespace
}  // namespace ranvier
