// A case as it stands in the file: every member is known, and is what it should be.
#include <algorithm>
#include <optional>
#include <string_view>

#include <ranvier/base/text.hpp>

#include "CellCase.hpp"
#include <fmt/format.h>

namespace ranvier::examples {

namespace {

using nlohmann::json;

/// A value as messages show it.
std::string shown(const json& value) {
    const std::string text = value.dump(-1, ' ', true);
    return text.size() <= 60 ? text : text.substr(0, 60) + "...";
}

/// An object of a case, and what messages call it: `dc`, `inputs.AMPA`.
class Object {
public:
    /// @param path    empty for the case itself
    /// @param example what it should look like
    Object(std::string case_name, std::string path, const json& value, std::string_view example)
        : case_(std::move(case_name)),
          path_(std::move(path)),
          object_(value) {
        if (!value.is_object())
            refuse(
                "{} must be an object such as {}, got {}.",
                path_.empty() ? "\"case\"" : path_,
                example,
                shown(value)
            );
    }

    template <class... Args>
    [[noreturn]] void refuse(fmt::format_string<Args...> text, Args&&... args) const {
        throw ParameterError(fmt::format(
            "single_cell: case \"{}\": {}", case_, fmt::format(text, std::forward<Args>(args)...)
        ));
    }

    /// Refuses members of other names.
    void has_only(const std::vector<std::string>& names) const {
        for (const auto& [name, value] : object_.items()) {
            if (std::find(names.begin(), names.end(), name) != names.end()) continue;
            refuse(
                "{} has no member \"{}\". It has {}.",
                path_.empty() ? "a case" : path_,
                name,
                quoted_names(names, name)
            );
        }
    }

    const json& members() const { return object_; }
    bool        has(const char* key) const { return object_.contains(key); }
    std::string path_of(const std::string& key) const {
        return path_.empty() ? key : path_ + "." + key;
    }

    Object object(const std::string& key, std::string_view example) const {
        return {case_, path_of(key), object_.at(key), example};
    }
    double number(const char* key) const {
        const json& value = object_.at(key);
        if (!value.is_number()) refuse("{} must be a number, got {}.", path_of(key), shown(value));
        return value.get<double>();
    }
    double number(const char* key, double other) const { return has(key) ? number(key) : other; }
    /// @param meaning what it would say, with its unit
    double required(const char* key, std::string_view meaning) const {
        if (!has(key)) refuse("{} is missing; give {}.", path_of(key), meaning);
        return number(key);
    }
    std::string name(const char* key, const std::vector<std::string>& names) const {
        const json& value = object_.at(key);
        if (value.is_string()) {
            const auto text = value.get<std::string>();
            if (std::find(names.begin(), names.end(), text) != names.end()) return text;
            refuse(
                "{} must be one of {}, got \"{}\".", path_of(key), quoted_names(names, text), text
            );
        }
        refuse("{} must be one of {}, got {}.", path_of(key), quoted_names(names), shown(value));
    }
    std::vector<double> numbers(const std::string& key) const {
        const json& list = object_.at(key);
        if (!list.is_array())
            refuse("{} must be a list of numbers, got {}.", path_of(key), shown(list));
        std::vector<double> result;
        for (const json& value : list) {
            if (!value.is_number())
                refuse(
                    "{}[{}] must be a number, got {}.", path_of(key), result.size(), shown(value)
                );
            result.push_back(value.get<double>());
        }
        return result;
    }

private:
    std::string case_, path_;
    const json& object_;
};

/// Values by name; the library knows the names.
std::vector<NamedValue> values_in(const Object& c, const char* key, std::string_view example) {
    std::vector<NamedValue> values;
    if (!c.has(key)) return values;
    const Object all = c.object(key, example);
    for (const auto& [name, value] : all.members().items()) {
        if (value.is_array()) {
            const auto list = all.numbers(name);
            values.push_back({name, Param<Sequence>{ArrayParameter{list}}});
            continue;
        }
        if (!value.is_number())
            c.refuse(
                "{} must be a number or a list of numbers, got {}.", all.path_of(name), shown(value)
            );
        values.push_back({name, value.get<double>()});
    }
    return values;
}

/// A current step; it ends with the simulation if nothing else is said.
void read_current(const Object& c, CellCase& result) {
    result.stop = result.tstop;
    if (!c.has("dc")) return;
    const Object dc = c.object("dc", R"({"amplitude": 0.5, "start": 10, "stop": 110})");
    dc.has_only({"amplitude", "start", "stop"});
    result.amplitude = dc.required("amplitude", "the current of the step in nA");
    result.start     = dc.number("start", 0);
    result.stop      = dc.number("stop", std::max(result.start, result.tstop));
    if (result.stop < result.start)
        c.refuse(
            "dc.stop must not lie before dc.start, {} ms, got {} ms.",
            ranvier::number(result.start),
            ranvier::number(result.stop)
        );
}

/// Spikes under `times`, and the weight that they have to have.
void read_input(
    const Object&           from,
    const std::string&      receptor,
    const char*             times,
    const char*             weight,
    std::vector<CellInput>& inputs
) {
    CellInput input{receptor, {}, 0};
    if (from.has(times)) input.times = from.numbers(times);
    std::sort(input.times.begin(), input.times.end());
    if (from.has(weight) || !input.times.empty())
        input.weight = from.required(weight, "the weight of these spikes in the receptor's unit");
    inputs.push_back(std::move(input));
}

std::vector<CellInput> inputs_in(const Object& c) {
    std::vector<CellInput> inputs;
    read_input(c, "excitatory", "exc", "w_exc", inputs);
    read_input(c, "inhibitory", "inh", "w_inh", inputs);
    if (!c.has("inputs")) return inputs;
    const char*  example = R"({"spikes": [10, 12], "weight": 0.02})";
    const Object all     = c.object("inputs", fmt::format("{{\"AMPA\": {}}}", example));
    for (const auto& [receptor, value] : all.members().items()) {
        const Object input = all.object(receptor, example);
        input.has_only({"spikes", "weight"});
        read_input(input, receptor, "spikes", "weight", inputs);
    }
    return inputs;
}

/// By the names of the components, PyNN's short ones as well.
PointNeuron::Response response_in(const Object& receptors, const std::string& receptor) {
    const std::string type = receptors.name(
        receptor.c_str(),
        {"CurrExpPostSynapticResponse",
         "CondExpPostSynapticResponse",
         "CondAlphaPostSynapticResponse",
         "CondBetaPostSynapticResponse",
         "ExpPSR",
         "AlphaPSR",
         "BetaPSR"}
    );
    if (type == "CurrExpPostSynapticResponse") return CurrExpPostSynapticResponse{};
    if (type == "CondExpPostSynapticResponse" || type == "ExpPSR") return ExpPSR{};
    if (type == "CondAlphaPostSynapticResponse" || type == "AlphaPSR") return AlphaPSR{};
    return BetaPSR{};
}

PointNeuron composition_in(const Object& c) {
    std::vector<PointNeuron::Receptor> receptors;
    if (c.has("receptors")) {
        const Object all = c.object("receptors", R"({"AMPA": "CondAlphaPostSynapticResponse"})");
        for (const auto& [receptor, type] : all.members().items())
            receptors.push_back({receptor, response_in(all, receptor)});
    }
    if (c.has("membrane") && c.name("membrane", {"LIF", "AdExp"}) == "AdExp")
        return {AdExp{}, std::move(receptors)};
    return {LIF{}, std::move(receptors)};
}

}  // namespace

CellCase read_case(const std::string& name, const json& setup) {
    const Object c{name, "", setup, R"({"celltype": "IF_cond_exp", "tstop": 100})"};
    c.has_only(
        {"celltype",
         "params",
         "init",
         "dc",
         "exc",
         "inh",
         "w_exc",
         "w_inh",
         "inputs",
         "delay",
         "tstop",
         "membrane",
         "receptors"}
    );
    if (!c.has("celltype"))
        c.refuse("celltype is missing; give one of {}.", quoted_names(known_cell_types()));
    CellCase result;
    result.celltype = c.name("celltype", known_cell_types());
    result.params   = values_in(c, "params", R"({"tau_m": 10, "cm": 0.5})");
    result.init     = values_in(c, "init", R"({"v": -60})");
    result.tstop    = c.required("tstop", "the end of the simulation in ms");
    if (!(result.tstop >= 0 && result.tstop < 1e9))
        c.refuse("tstop must lie in [0, 1e9) ms, got {} ms.", ranvier::number(result.tstop));
    read_current(c, result);
    result.inputs = inputs_in(c);
    result.delay  = c.number("delay", 1);
    if (result.celltype == PointNeuron::name) {
        result.composition = composition_in(c);
        return result;
    }
    for (const char* of_composed : {"membrane", "receptors"}) {
        if (c.has(of_composed))
            c.refuse(
                "{} is for the celltype PointNeuron, got it with {}; leave it out.",
                of_composed,
                result.celltype
            );
    }
    return result;
}

}  // namespace ranvier::examples
