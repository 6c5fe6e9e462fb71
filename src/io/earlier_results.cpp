#include "earlier_results.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <system_error>

#include "H5.hpp"
#include <nlohmann/json.hpp>

namespace ranvier::io {

namespace fs = std::filesystem;

namespace {

/// The kind of result that a name stands for: `v` of `v.h5` and `v_seg001.h5`, else nothing.
std::string kind_of(const fs::path& path) {
    if (path.extension() != ".h5") return {};
    const std::string name   = path.stem();
    const auto        suffix = name.rfind("_seg");
    if (suffix == std::string::npos || name.size() < suffix + 7) return name;
    const bool is_number = std::all_of(
        name.begin() + static_cast<std::ptrdiff_t>(suffix) + 4,
        name.end(),
        [](unsigned char c) { return std::isdigit(c) != 0; }
    );
    return is_number ? name.substr(0, suffix) : name;
}

/// Which variable the first population of a report has; nothing if it cannot be read.
std::string variable_of(hid_t file) {
    const H5Local report{H5Gopen2(file, "report", H5P_DEFAULT), H5Gclose};
    if (report.get() < 0) return {};
    char label[4096] = {};
    if (H5Lget_name_by_idx(
            report.get(), ".", H5_INDEX_NAME, H5_ITER_INC, 0, label, sizeof label, H5P_DEFAULT
        ) < 0)
        return {};
    const H5Local population{H5Gopen2(report.get(), label, H5P_DEFAULT), H5Gclose};
    if (population.get() < 0) return {};
    const H5Local data{H5Dopen2(population.get(), "data", H5P_DEFAULT), H5Dclose};
    if (data.get() < 0) return {};
    const H5Local attribute{H5Aopen(data.get(), "variable", H5P_DEFAULT), H5Aclose};
    if (attribute.get() < 0) return {};
    const H5Local type = h5_text_type();
    char*         text = nullptr;
    if (H5Aread(attribute.get(), type.get(), &text) < 0 || text == nullptr) return {};
    std::string variable = text;
    H5free_memory(text);
    return variable;
}

bool is_sonata_result(const fs::path& path) {
    const std::string kind = kind_of(path);
    if (kind.empty()) return false;
    h5_prepare();
    const H5Local file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose};
    if (file.get() < 0 || H5Aexists(file.get(), "ranvier_complete") <= 0) return false;
    if (kind == "spikes") return H5Lexists(file.get(), "spikes", H5P_DEFAULT) > 0;
    return variable_of(file.get()) == kind;
}

bool is_run_report(const fs::path& path) {
    std::ifstream file{path};
    const auto    json = nlohmann::json::parse(file, nullptr, false);
    return json.is_object() && json.contains("network") && json.contains("digest") &&
           json.contains("versions") && json["versions"].is_object() &&
           json["versions"].contains("ranvier");
}

}  // namespace

std::map<std::string, fs::file_time_type> files_with_times(const fs::path& directory) {
    std::map<std::string, fs::file_time_type> files;
    std::error_code                           failure;
    for (fs::directory_iterator entry{directory.empty() ? "." : directory, failure}, end;
         !failure && entry != end;
         entry.increment(failure)) {
        std::error_code gone;
        if (entry->is_symlink(gone) || !entry->is_regular_file(gone)) continue;
        const auto time = entry->last_write_time(gone);
        if (!gone) files[entry->path().filename().string()] = time;
    }
    return files;
}

bool is_result_file(const fs::path& path) {
    return path.filename() == "run.json" ? is_run_report(path) : is_sonata_result(path);
}

}  // namespace ranvier::io
