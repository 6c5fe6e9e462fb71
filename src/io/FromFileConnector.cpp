#include "ranvier/io/FromFileConnector.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>

#include "ranvier/base/Error.hpp"
#include "ranvier/base/hash.hpp"

#include "EdgeReader.hpp"
#include "system_file.hpp"
#include <fmt/format.h>

namespace ranvier {

struct FromFileConnector::Layout {
    std::string              population;
    std::vector<std::string> columns;   ///< besides the two indices
    std::uint64_t            size = 0;  ///< connections, if a part of them can be read alone
};

namespace {

/// A connection as it stands in the file.
struct Row {
    std::int64_t        pre = 0, post = 0;
    std::vector<double> values;
};

/// Reads PyNN's text files line by line.
class TextReader {
public:
    explicit TextReader(const std::filesystem::path& file) : file_(file), in_(file) {
        if (std::filesystem::is_directory(file))
            throw FileError(
                fmt::format("FromFileConnector: cannot read \"{}\": it is a folder.", file.string())
            );
        if (!in_)
            throw FileError(fmt::format(
                "FromFileConnector: cannot read \"{}\": {}.", file.string(), io::system_text(errno)
            ));
    }

    /// Columns besides i and j: those of the header, or of the first row.
    std::vector<std::string> columns() {
        std::vector<double> numbers;
        if (!next(numbers)) return header_;
        if (!has_header_ && numbers.size() == 4) return {"weight", "delay"};
        if (!has_header_ && numbers.size() != 2)
            fail(fmt::format(
                "rows of {} numbers need a header: # columns = [\"i\", \"j\", ...]", numbers.size()
            ));
        return header_;
    }

    /// The next row of `width` values. @return false at the end
    bool next(std::size_t width, Row& row) {
        if (!next(numbers_)) return false;
        if (numbers_.size() != width + 2)
            fail(fmt::format("expected {} numbers, found {}", width + 2, numbers_.size()));
        for (const double index : {numbers_[0], numbers_[1]}) {
            if (!(index > -1e15 && index < 1e15) ||
                index != static_cast<double>(static_cast<std::int64_t>(index)))
                fail(fmt::format("an index must be an integer, found {}", index));
        }
        row.pre  = static_cast<std::int64_t>(numbers_[0]);
        row.post = static_cast<std::int64_t>(numbers_[1]);
        row.values.assign(numbers_.begin() + 2, numbers_.end());
        return true;
    }

    [[noreturn]] void fail(const std::string& reason) const {
        throw ConnectionError(
            fmt::format("FromFileConnector: \"{}\", line {}: {}.", file_.string(), line_, reason)
        );
    }

private:
    bool next(std::vector<double>& numbers) {
        numbers.clear();
        while (std::getline(in_, text_)) {
            ++line_;
            const char* at   = text_.data();
            const char* end  = at + text_.size();
            const auto  skip = [&] {
                while (at != end && (*at == ' ' || *at == '\t' || *at == ',' || *at == '\r'))
                    ++at;
            };
            skip();
            if (at == end) continue;
            if (*at == '#') {
                read_header();
                continue;
            }
            while (at != end) {
                double     value  = 0;
                const auto result = std::from_chars(at, end, value);
                if (result.ec != std::errc{})
                    fail(fmt::format(
                        "\"{}\" is not a number",
                        std::string(
                            at, std::min<std::size_t>(20, static_cast<std::size_t>(end - at))
                        )
                    ));
                numbers.push_back(value);
                at = result.ptr;
                skip();
            }
            return true;
        }
        if (in_.bad()) fail("the file cannot be read further");
        return false;
    }

    /// `# columns = ["i", "j", "weight"]`; other comments say nothing.
    void read_header() {
        const std::size_t at = text_.find("columns");
        if (at == std::string::npos || text_.find('=', at) == std::string::npos) return;
        std::vector<std::string> names;
        for (std::size_t from = text_.find_first_of("\"'", at); from != std::string::npos;) {
            const std::size_t to = text_.find(text_[from], from + 1);
            if (to == std::string::npos) fail("a name in the header has no closing quote");
            names.push_back(text_.substr(from + 1, to - from - 1));
            from = text_.find_first_of("\"'", to + 1);
        }
        if (names.size() < 2 || names[0] != "i" || names[1] != "j")
            fail("the columns \"i\" and \"j\" must come first");
        has_header_ = true;
        header_.assign(names.begin() + 2, names.end());
    }

    std::filesystem::path    file_;
    std::ifstream            in_;
    std::string              text_;
    std::size_t              line_       = 0;
    bool                     has_header_ = false;
    std::vector<std::string> header_;
    std::vector<double>      numbers_;
};

/// Why a connection cannot be made; empty: it can.
std::string problem_of(std::int64_t pre, std::int64_t post, const connectors::Shape& shape) {
    const auto outside = [](std::int64_t index, std::size_t size) {
        return index < 0 || static_cast<std::uint64_t>(index) >= size;
    };
    if (outside(pre, shape.num_pre))
        return fmt::format("presynaptic index {} lies outside the {} cells", pre, shape.num_pre);
    if (outside(post, shape.num_post))
        return fmt::format("postsynaptic index {} lies outside the {} cells", post, shape.num_post);
    return {};
}

/// Connections in the order of the file, sorted by target.
FromFileConnector::Plan by_target(
    IndexRange                        posts,
    const std::vector<std::uint32_t>& post_of,
    std::vector<std::uint32_t>        sources,
    std::vector<std::vector<double>>  values
) {
    FromFileConnector::Plan plan{posts.first, std::vector<std::uint64_t>(posts.size() + 1), {}, {}};
    for (const std::uint32_t post : post_of)
        ++plan.first[post - posts.first + 1];
    for (std::size_t k = 0; k < posts.size(); ++k)
        plan.first[k + 1] += plan.first[k];
    if (std::is_sorted(post_of.begin(), post_of.end())) {
        plan.sources = std::move(sources);
        plan.values  = std::move(values);
        return plan;
    }
    std::vector<std::uint64_t> next = plan.first;
    plan.sources.resize(sources.size());
    plan.values.assign(values.size(), std::vector<double>(sources.size()));
    for (std::size_t k = 0; k < sources.size(); ++k) {
        const auto at    = static_cast<std::size_t>(next[post_of[k] - posts.first]++);
        plan.sources[at] = sources[k];
        for (std::size_t c = 0; c < values.size(); ++c)
            plan.values[c][at] = values[c][k];
    }
    return plan;
}

}  // namespace

FromFileConnector::FromFileConnector(std::filesystem::path file, std::string population)
    : file_(std::move(file)),
      population_(std::move(population)),
      layout_(std::make_shared<Layout>()) {}

bool FromFileConnector::is_hdf5() const {
    return file_.extension() == ".h5" || file_.extension() == ".hdf5";
}

std::string FromFileConnector::check(const connectors::Shape& shape) const {
    layout_->size = 0;
    if (is_hdf5()) {
        const io::EdgeReader reader{file_, population_};
        layout_->columns = reader.columns();
        if (reader.has_index(shape.num_post)) layout_->size = reader.size();
    } else {
        layout_->columns = TextReader{file_}.columns();
    }
    return {};
}

std::size_t FromFileConnector::targets_per_plan(const connectors::Shape& shape) const {
    constexpr double most = 1e6;
    const auto       size = static_cast<double>(layout_->size);
    if (size <= most) return std::max<std::size_t>(1, shape.num_post);
    const double share = most / size * static_cast<double>(shape.num_post);
    return static_cast<std::size_t>(std::max(1.0, share));
}

FromFileConnector::Plan FromFileConnector::plan(
    const connectors::Shape& shape, random::Key, IndexRange posts
) const {
    std::vector<std::uint32_t>       sources, post_of;
    std::vector<std::vector<double>> values(layout_->columns.size());
    const auto                       keep = [&](std::int64_t pre, std::int64_t post) {
        sources.push_back(static_cast<std::uint32_t>(pre));
        post_of.push_back(static_cast<std::uint32_t>(post));
    };
    if (is_hdf5()) {
        const io::EdgeReader reader{file_, population_};
        reader.read(posts, shape.num_post, [&](const io::EdgeReader::Rows& rows) {
            for (std::size_t k = 0; k < rows.pre.size(); ++k) {
                const auto pre  = static_cast<std::int64_t>(rows.pre[k]);
                const auto post = static_cast<std::int64_t>(rows.post[k]);
                if (const std::string problem = problem_of(pre, post, shape); !problem.empty())
                    throw ConnectionError(fmt::format(
                        "FromFileConnector: \"{}\", edge {}: {}.",
                        file_.string(),
                        rows.first + k,
                        problem
                    ));
                if (!posts.contains(static_cast<std::size_t>(post))) continue;
                keep(pre, post);
                for (std::size_t c = 0; c < values.size(); ++c)
                    values[c].push_back(rows.values[c][k]);
            }
        });
    } else {
        TextReader reader{file_};
        for (Row row; reader.next(values.size(), row);) {
            if (const std::string problem = problem_of(row.pre, row.post, shape); !problem.empty())
                reader.fail(problem);
            if (!posts.contains(static_cast<std::size_t>(row.post))) continue;
            keep(row.pre, row.post);
            for (std::size_t c = 0; c < values.size(); ++c)
                values[c].push_back(row.values[c]);
        }
    }
    return by_target(posts, post_of, std::move(sources), std::move(values));
}

void FromFileConnector::presynaptic(
    const connectors::Shape&,
    std::size_t post,
    const Plan& plan,
    random::Key,
    connectors::Sources& sources
) const {
    const auto* from = plan.sources.data();
    sources.assign(from + plan.first[post - plan.begin], from + plan.first[post - plan.begin + 1]);
}

std::vector<std::string> FromFileConnector::columns() const {
    return layout_->columns;
}

void FromFileConnector::values(
    const Plan& plan, std::size_t post, std::size_t column, std::span<double> out
) const {
    std::copy_n(
        plan.values[column].data() + plan.first[post - plan.begin], out.size(), out.begin()
    );
}

std::uint64_t FromFileConnector::fingerprint() const {
    return hash_of(hash_of_text(file_.string()), hash_of_text(population_));
}

}  // namespace ranvier
