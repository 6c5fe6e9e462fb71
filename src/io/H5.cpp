#include "H5.hpp"

#include <utility>

#include "ranvier/base/Error.hpp"

#include <fmt/format.h>

namespace ranvier::io {

namespace {

extern "C" herr_t keep_first_reason(unsigned number, const H5E_error2_t* error, void* text) {
    if (number == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
    return 0;
}

std::string about_attribute(const char* name) {
    return fmt::format("cannot write the attribute {}", name);
}

void write_attribute(
    hid_t object, const char* name, hid_t space, hid_t file_type, hid_t type, const void* value
) {
    const std::string what = about_attribute(name);
    H5Object          attribute{
        h5_check(H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT), what),
        H5Aclose};
    h5_check(H5Awrite(attribute.get(), type, value), what);
    attribute.close(what);
}

std::string& ordered_fault() {
    static std::string text;
    return text;
}

H5Local scalar_space() {
    return {H5Screate(H5S_SCALAR), H5Sclose};
}

}  // namespace

std::string h5_reason() {
    std::string reason = "no reason given";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first_reason, &reason);
    return reason;
}

void throw_h5_error(std::string_view what) {
    throw FileError(fmt::format("{}: HDF5: {}.", what, h5_reason()));
}

void note_ordered_fault(std::string_view what) {
    if (ordered_fault().empty())
        ordered_fault() = fmt::format("{}: failed as ordered by RANVIER_FAULT.", what);
}

void raise_ordered_fault() {
    if (ordered_fault().empty()) return;
    throw FileError(std::exchange(ordered_fault(), std::string{}));
}

void h5_prepare() {
    H5dont_atexit();  // fails if HDF5 is in use already, which changes nothing
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

H5Local h5_creation_list(hid_t list_class) {
    H5Local list{h5_check(H5Pcreate(list_class), "cannot make a property list"), H5Pclose};
    h5_check(H5Pset_obj_track_times(list.get(), false), "cannot switch time stamps off");
    return list;
}

H5Local h5_text_type() {
    H5Local type{h5_check(H5Tcopy(H5T_C_S1), "cannot make a text type"), H5Tclose};
    h5_check(H5Tset_size(type.get(), H5T_VARIABLE), "cannot make a text type");
    h5_check(H5Tset_cset(type.get(), H5T_CSET_UTF8), "cannot make a text type");
    return type;
}

void h5_write_attribute(hid_t object, const char* name, hid_t type, const void* value) {
    write_attribute(object, name, scalar_space().get(), type, type, value);
}

void h5_write_attribute(hid_t object, const char* name, const char* text) {
    h5_write_attribute(object, name, h5_text_type().get(), &text);
}

void h5_write_attribute(hid_t object, const char* name, std::uint32_t value) {
    write_attribute(object, name, scalar_space().get(), H5T_STD_U32LE, H5T_NATIVE_UINT32, &value);
}

void h5_write_attribute(hid_t object, const char* name, std::span<const std::uint32_t> values) {
    const hsize_t length = values.size();
    const H5Local space{H5Screate_simple(1, &length, nullptr), H5Sclose};
    write_attribute(object, name, space.get(), H5T_STD_U32LE, H5T_NATIVE_UINT32, values.data());
}

H5Object h5_attribute(hid_t object, const char* name, hid_t type, hsize_t length) {
    const H5Local space{H5Screate_simple(1, &length, nullptr), H5Sclose};
    const hid_t   id = H5Acreate2(object, name, type, space.get(), H5P_DEFAULT, H5P_DEFAULT);
    return {h5_check(id, about_attribute(name)), H5Aclose};
}

}  // namespace ranvier::io
