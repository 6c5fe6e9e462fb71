#include "earlier_results.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <fstream>
#include <optional>
#include <system_error>

#include "H5.hpp"
#include <nlohmann/json.hpp>

namespace ranvier::io {

namespace fs = std::filesystem;

namespace {

/// What a name stands for: `v_seg001.h5` for variable v and number 1; no kind if it is no result's.
struct Named {
    std::string   kind{};
    std::uint64_t number = 0;
};

Named named(const fs::path& path) {
    if (path.extension() != ".h5") return {};
    const std::string name   = path.stem();
    const auto        suffix = name.rfind("_seg");
    if (suffix == std::string::npos) return {name};
    const std::string digits    = name.substr(suffix + 4);
    const bool        is_number = digits.size() >= 3 && digits.size() < 19 &&
                           std::all_of(digits.begin(), digits.end(), [](unsigned char c) {
                               return std::isdigit(c) != 0;
                           });
    return is_number ? Named{name.substr(0, suffix), std::stoull(digits)} : Named{name};
}

/// The number that a file tells; nothing if it does not.
std::optional<std::uint64_t> number_of(hid_t file) {
    const H5Local attribute{H5Aopen(file, "ranvier_number", H5P_DEFAULT), H5Aclose};
    std::uint64_t number = 0;
    if (attribute.get() < 0 || H5Aread(attribute.get(), H5T_NATIVE_UINT64, &number) < 0)
        return std::nullopt;
    return number;
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
    const Named name = named(path);
    if (name.kind.empty()) return false;
    h5_prepare();
    const H5Local file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose};
    if (file.get() < 0 || number_of(file.get()) != name.number) return false;
    if (name.kind == "spikes") return H5Lexists(file.get(), "spikes", H5P_DEFAULT) > 0;
    return variable_of(file.get()) == name.kind;
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
