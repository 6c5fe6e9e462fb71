/// @file
/// How the cells of a population are laid out, and the positions that follow.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ranvier/base/hash.hpp"
#include "ranvier/random/Key.hpp"
#include "ranvier/random/NumpyRNG.hpp"
#include "ranvier/space/Position.hpp"

namespace ranvier::space {

/// The positions of the cells of one population, each to be had on every rank without
/// communication.
///
/// Copies share what they hold. A structure computes a position when it is asked for; an array is
/// held by every rank that gives one.
class Layout {
public:
    using Function = std::function<Position(std::size_t)>;

    /// Every cell at the origin.
    explicit Layout(std::size_t size = 0) : Layout(size, [](std::size_t) { return Position{}; }) {}

    /// Position `i` is `positions[i]`; every rank passes the whole array.
    explicit Layout(std::vector<Position> positions);

    Layout(std::size_t size, Function position)
        : size_(size),
          position_(std::make_shared<const Function>(std::move(position))) {}

    std::size_t size() const { return size_; }

    /// @local
    /// @pre index < size()
    Position position(std::size_t index) const { return (*position_)(index); }

private:
    std::size_t                     size_;
    std::shared_ptr<const Function> position_;
};

}  // namespace ranvier::space

namespace ranvier {

/// Any of Line, Grid2D, Grid3D and RandomStructure, or a type that has what they have:
///
///     space::Layout layout(std::size_t size, random::Key key) const;   // throws SpaceError
///     std::string describe() const;
///     bool operator==(const T&) const;
///
/// and, if its description does not say all that the positions depend on,
///
///     std::uint64_t fingerprint() const;   // of the rest
///
/// and, if it draws positions from a NumpyRNG, this as the member `std::optional<NumpyRNG> rng`.
class Structure {
public:
    template <class T>
    requires(!std::same_as<T, Structure>) &&
        requires(const T& t, std::size_t size, random::Key key) {
        t.layout(size, key);
        t.describe();
    }
    Structure(T structure) : self_(std::make_shared<const ModelOf<T>>(std::move(structure))) {}

    /// The positions of a population of `size` cells.
    ///
    /// @local
    /// @param key for random positions: says which population they are for
    /// @throws SpaceError if the structure does not fit the number of cells
    space::Layout layout(std::size_t size, random::Key key) const {
        return self_->layout(size, key);
    }

    /// For messages: `Line(dx=1, x0=0, y=0, z=0)`.
    std::string describe() const { return self_->describe(); }

    /// Differs if what the description does not say differs, such as where a generator stands.
    /// @local
    std::uint64_t fingerprint() const { return self_->fingerprint(); }

    /// The generator that positions are drawn from, if there is one.
    std::vector<NumpyRNG> generators() const { return self_->generators(); }

    friend bool operator==(const Structure& a, const Structure& b) {
        return a.self_->is_like(*b.self_);
    }

private:
    struct Model {
        virtual ~Model()                                                     = default;
        virtual space::Layout         layout(std::size_t, random::Key) const = 0;
        virtual std::string           describe() const                       = 0;
        virtual std::uint64_t         fingerprint() const                    = 0;
        virtual std::vector<NumpyRNG> generators() const                     = 0;
        virtual bool                  is_like(const Model& other) const      = 0;
    };
    template <class T>
    struct ModelOf final : Model {
        explicit ModelOf(T s) : structure(std::move(s)) {}
        space::Layout layout(std::size_t size, random::Key key) const override {
            return structure.layout(size, key);
        }
        std::string   describe() const override { return structure.describe(); }
        std::uint64_t fingerprint() const override {
            if constexpr (requires { structure.fingerprint(); })
                return structure.fingerprint();
            else
                return 0;
        }
        std::vector<NumpyRNG> generators() const override {
            if constexpr (requires { structure.rng; })
                return structure.rng ? std::vector{*structure.rng} : std::vector<NumpyRNG>{};
            else
                return {};
        }
        bool is_like(const Model& other) const override {
            const auto* same = dynamic_cast<const ModelOf*>(&other);
            return same && same->structure == structure;
        }
        T structure;
    };

    std::shared_ptr<const Model> self_;
};

}  // namespace ranvier
