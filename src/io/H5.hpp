/// @file
/// HDF5 with checked calls and handles that know whether closing them communicates.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <hdf5.h>

#include "ranvier/base/faults.hpp"

namespace ranvier::io {

/// What closes a handle.
using H5Close = herr_t (*)(hid_t);

/// HDF5's own words about its last failure on this rank: the innermost cause. @local
std::string h5_reason();

/// Turns a failed HDF5 call into an error.
/// @throws FileError `<what>: HDF5: <reason>.` if the value is negative
template <class Value>
Value h5_check(Value value, std::string_view what);

/// Throws what `h5_check` throws. @local
[[noreturn]] void throw_h5_error(std::string_view what);

/// Notes that a call which has worked is to count as failed, see base/faults.hpp. @local
void note_ordered_fault(std::string_view what);

/// Throws what was noted. Called where ranks agree on how their calls went: a rank that left in the
/// middle of several collective calls would be waited for. @local
void raise_ordered_fault();

template <class Value>
Value h5_check(Value value, std::string_view what) {
    if (value < 0) throw_h5_error(what);
    if (faults::fails(faults::Kind::file)) note_ordered_fault(what);
    return value;
}

/// Property lists, data spaces, types: nothing in the file; closed by the destructor.
class H5Local {
public:
    H5Local() = default;
    H5Local(hid_t id, H5Close closing) : id_(id), close_(closing) {}
    ~H5Local() { reset(); }

    H5Local(H5Local&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    H5Local& operator=(H5Local&& other) noexcept {
        reset();
        id_    = std::exchange(other.id_, -1);
        close_ = other.close_;
        return *this;
    }

    hid_t get() const { return id_; }

private:
    void reset() {
        if (id_ >= 0) close_(std::exchange(id_, -1));
    }

    hid_t   id_    = -1;
    H5Close close_ = nullptr;
};

/// Files and the objects in them: closed together by all ranks with `close`. The destructor drops
/// the handle, since a rank that unwinds cannot expect the others to take part.
class H5Object {
public:
    H5Object() = default;
    H5Object(hid_t id, H5Close closing) : id_(id), close_(closing) {}
    ~H5Object() = default;

    H5Object(H5Object&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    H5Object& operator=(H5Object&& other) noexcept {
        id_    = std::exchange(other.id_, -1);
        close_ = other.close_;
        return *this;
    }

    hid_t get() const { return id_; }
    bool  is_open() const { return id_ >= 0; }

    /// @collective
    void close(std::string_view what) {
        if (is_open()) h5_check(close_(std::exchange(id_, -1)), what);
    }

private:
    hid_t   id_    = -1;
    H5Close close_ = nullptr;
};

/// Calls HDF5 must have had before anything else: no messages of its own on the standard error
/// stream, no clean-up at exit that communicates. @local
void h5_prepare();

/// A creation list of a group or dataset without time stamps, which would differ in every run.
H5Local h5_creation_list(hid_t list_class);

/// A variable-length UTF-8 text type.
H5Local h5_text_type();

/// Attributes of an object; all ranks pass the same values. @collective
void h5_write_attribute(hid_t object, const char* name, hid_t type, const void* value);
void h5_write_attribute(hid_t object, const char* name, const char* text);
void h5_write_attribute(hid_t object, const char* name, std::uint32_t value);
void h5_write_attribute(hid_t object, const char* name, std::span<const std::uint32_t> values);

/// An attribute of so many values, open for values that change. @collective
H5Object h5_attribute(hid_t object, const char* name, hid_t type, hsize_t length);

}  // namespace ranvier::io
