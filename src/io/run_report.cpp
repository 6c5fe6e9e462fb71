#include "ranvier/io/run_report.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <numeric>
#include <string>

#include <boost/version.hpp>
#include <hdf5.h>
#include <mpi.h>

#include "ranvier/base/Error.hpp"
#include "ranvier/parallel/collective.hpp"

#include "system_file.hpp"
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ranvier {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* who = "write_run_json";

Json named_numbers(const std::vector<std::pair<std::string, double>>& values) {
    Json object = Json::object();
    for (const auto& [name, value] : values)
        object[name] = value;
    return object;
}

Json numbers_of(const Spread& spread, const char* middle) {
    return {{"min", spread.min}, {middle, spread.middle}, {"max", spread.max}};
}

Json load_of(const RunReport& report) {
    Json object = Json::object();
    for (const auto& [what, spread] : report.load)
        object[what] = numbers_of(spread, "mean");
    return object;
}

std::string mpi_version() {
    char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
    int  length                               = 0;
    MPI_Get_library_version(text, &length);
    const std::string all{text, static_cast<std::size_t>(length)};
    return all.substr(0, all.find(','));
}

}  // namespace

Spread Spread::with_mean(std::vector<double> numbers) {
    const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
    const double sum       = std::accumulate(numbers.begin(), numbers.end(), 0.0);
    return {*low, sum / static_cast<double>(numbers.size()), *high};
}

Spread Spread::with_median(std::vector<double> numbers) {
    std::sort(numbers.begin(), numbers.end());
    const std::size_t half = numbers.size() / 2;
    const double      middle =
        numbers.size() % 2 == 1 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
    return {numbers.front(), middle, numbers.back()};
}

std::map<std::string, std::string> RunReport::library_versions() {
    unsigned major   = 0;
    unsigned minor   = 0;
    unsigned release = 0;
    H5get_libversion(&major, &minor, &release);
    return {
        {"ranvier", RANVIER_VERSION},
        {"compiler", fmt::format("g++ {}", __VERSION__)},
        {"mpi", mpi_version()},
        {"hdf5", fmt::format("{}.{}.{}", major, minor, release)},
        {"boost",
         fmt::format(
             "{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100
         )}};
}

std::string to_json(const RunReport& r) {
    Json windows = nullptr;
    if (r.window_real_time_factor) windows = numbers_of(*r.window_real_time_factor, "median");
    const Json json{
        {"network", r.network},
        {"status", r.status == RunStatus::complete ? "complete" : "interrupted"},
        {"scale", r.scale},
        {"precision", r.precision},
        {"weights", r.weights},
        {"ranks", r.ranks},
        {"seed", r.seed},
        {"timestep_ms", r.timestep_ms},
        {"duration_ms", r.duration_ms},
        {"warmup_ms", r.warmup_ms},
        {"cells", r.cells},
        {"sources", r.sources},
        {"connections", r.connections},
        {"build_s", r.build_s},
        {"build_user_s", r.build_user_s},
        {"run_s", r.run_s},
        {"real_time_factor", r.real_time_factor},
        {"window_real_time_factor", windows},
        {"phases_s", named_numbers(r.phases_s)},
        {"load", load_of(r)},
        {"bytes_per_connection", r.bytes_per_connection},
        {"peak_rss_bytes", r.peak_rss_bytes},
        {"rates_hz", named_numbers(r.rates_hz)},
        {"digest", fmt::format("{:016x}", r.digest)},
        {"versions", r.versions}};
    return json.dump(4, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_run_json(
    const Communicator& comm, const RunReport& report, const std::filesystem::path& path
) {
    on_root(comm, [&] {
        const std::filesystem::path temporary{path.string() + ".tmp"};
        io::make_directory(path.parent_path(), who);
        io::make_empty_file(temporary, who);
        std::ofstream file{temporary, std::ios::trunc};
        file << to_json(report);
        file.close();
        if (!file) {
            throw FileError(fmt::format(
                "{}: cannot write \"{}\": {}. {}.",
                who,
                temporary.string(),
                io::system_text(errno),
                io::system_advice(errno)
            ));
        }
        io::move_into_place(temporary, path, who);
    });
}

}  // namespace ranvier
