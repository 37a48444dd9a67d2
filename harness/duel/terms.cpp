#include "harness/duel/terms.h"

#include <map>

#include <nlohmann/json.hpp>

#include "harness/judge/side_by_side.h"
#include "harness/model/json_reader.h"
#include "harness/model/names.h"

namespace harness::duel {

namespace {

using judge::RowState;
using model::JsonReader;
using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::int64_t kMostPairs = 1'000'000;

constexpr model::Name<RowState> kStates[] = {{RowState::measured, "measured"},
                                             {RowState::created, "new"},
                                             {RowState::missing, "missing"},
                                             {RowState::failed, "failed"},
                                             {RowState::not_comparable, "not_comparable"}};
constexpr model::Name<model::Role> kRoles[] = {{model::Role::deciding, "deciding"},
                                               {model::Role::shown, "shown"},
                                               {model::Role::reference, "reference"}};
constexpr model::Name<stats::SliceTime> kTimes[] = {{stats::SliceTime::cpu, "cpu"},
                                                    {stats::SliceTime::wall, "wall"}};

json gate_json(const judge::GateSettings& gate) {
    json looks = json::array();
    for (const judge::PlannedLook& look : gate.looks) {
        looks.push_back({{"pairs", look.pairs}, {"weight", look.weight}});
    }
    return {
        {"screening_pairs", gate.screening_pairs},
        {"screening_alpha", gate.screening_alpha},
        {"looks", std::move(looks)},
        {"family_alpha", gate.family_alpha},
        {"improvement_rate", gate.improvement_rate},
        {"power", gate.power},
        {"wall_guard", gate.wall_guard},
        {"suspicious_improvement", gate.suspicious_improvement},
        {"fewest_systemic_rows", gate.fewest_systemic_rows},
        {"bad_conditions", model::name_of<judge::BadConditions>(judge::kBadConditions, gate.bad_conditions)}};
}

json row_json(const LedgerRow& entry) {
    const judge::PairedRow& row = entry.row;
    json text{{"benchmark", row.benchmark},
              {"group", row.group},
              {"metric", row.metric},
              {"unit", row.unit},
              {"direction", model::to_string(row.direction)},
              {"role", model::name_of<model::Role>(kRoles, row.role)},
              {"state", model::name_of<RowState>(kStates, row.state)},
              {"note", row.note},
              {"accepted", row.accepted},
              {"threshold", row.threshold},
              {"minimum_effect", row.minimum_effect},
              {"time", model::name_of<stats::SliceTime>(kTimes, entry.time)},
              {"wall_guard", row.wall ? 1 : 0},
              {"suspected", row.suspected ? 1 : 0},
              {"control", entry.control ? 1 : 0},
              {"owner", row.owner},
              {"primary", row.primary ? 1 : 0}};
    if (row.source) text["source"] = {{"file", row.source->file}, {"line", row.source->line}};
    // What is exact has no pairs to tell it again.
    if (row.exact) text.update({{"exact", *row.exact}, {"base", *row.base}, {"head", *row.head}});
    return text;
}

json count_json(const judge::InstructionCount& count) {
    json text{{"benchmark", count.benchmark}, {"error", count.error}};
    if (count.base) text["base"] = *count.base;
    if (count.head) text["head"] = *count.head;
    return text;
}

judge::InstructionCount read_count(JsonReader& reader) {
    judge::InstructionCount count;
    count.benchmark = reader.text("benchmark");
    count.error = reader.text("error", "");
    if (reader.has("base")) count.base = reader.number("base");
    if (reader.has("head")) count.head = reader.number("head");
    return count;
}

std::size_t count(JsonReader& reader, std::string_view key, std::int64_t low) {
    return static_cast<std::size_t>(reader.integer(key, low, kMostPairs, low));
}

template <class T>
T word(JsonReader& reader, std::span<const model::Name<T>> names, std::string_view key) {
    return reader.take(model::value_of<T>(names, key, reader.text(key)), T{});
}

judge::GateSettings read_gate(JsonReader& reader) {
    judge::GateSettings gate;
    gate.screening_pairs = count(reader, "screening_pairs", 1);
    gate.screening_alpha = reader.number("screening_alpha");
    gate.family_alpha = reader.number("family_alpha");
    gate.improvement_rate = reader.number("improvement_rate");
    gate.power = reader.number("power");
    gate.wall_guard = reader.number("wall_guard");
    gate.suspicious_improvement = reader.number("suspicious_improvement");
    gate.fewest_systemic_rows = count(reader, "fewest_systemic_rows", 1);
    // Older terms do not say it and mean the default.
    if (reader.has("bad_conditions"))
        gate.bad_conditions = word<judge::BadConditions>(reader, judge::kBadConditions, "bad_conditions");
    gate.looks.clear();
    reader.objects("looks", [&gate](JsonReader& look) {
        gate.looks.push_back({count(look, "pairs", 1), look.number("weight")});
    });
    if (gate.looks.empty()) reader.complain("no looks");
    return gate;
}

LedgerRow read_row(JsonReader& reader) {
    LedgerRow entry;
    judge::PairedRow& row = entry.row;
    row.benchmark = reader.text("benchmark");
    row.group = reader.text("group");
    row.metric = reader.text("metric");
    row.unit = reader.text("unit", "");
    row.direction = reader.take(model::parse_direction(reader.text("direction")), model::Direction::lower);
    row.role = word<model::Role>(reader, kRoles, "role");
    row.state = word<RowState>(reader, kStates, "state");
    row.note = reader.text("note", "");
    row.accepted = reader.text("accepted", "");
    row.owner = reader.text("owner", "");
    row.primary = reader.integer("primary", 0, 1, 1) == 1;
    reader.object("source", [&row](JsonReader& place) { row.source = model::read_source(place); });
    if (reader.has("exact")) {
        row.exact = reader.number("exact");
        row.base = reader.number("base");
        row.head = reader.number("head");
    }
    row.threshold = reader.number("threshold");
    row.minimum_effect = reader.number("minimum_effect");
    entry.time = word<stats::SliceTime>(reader, kTimes, "time");
    if (reader.integer("wall_guard", 0, 1, 0) == 1) row.wall.emplace();
    row.suspected = reader.integer("suspected", 0, 1, 0) == 1;
    entry.control = reader.integer("control", 0, 1, 0) == 1;
    return entry;
}

}  // namespace

namespace {

// Most rows have neither a note nor an acceptance: their members are left out.
void drop_empty_texts(json& object) {
    for (auto member = object.begin(); member != object.end();) {
        const bool empty = member->is_string() && member->get_ref<const std::string&>().empty();
        member = empty ? object.erase(member) : std::next(member);
    }
}

}  // namespace

std::string to_text(const Terms& terms) {
    json rows = json::array();
    for (const LedgerRow& row : terms.rows) {
        rows.push_back(row_json(row));
        drop_empty_texts(rows.back());
    }
    json counts = json::array();
    for (const judge::InstructionCount& count : terms.counts) counts.push_back(count_json(count));
    json text{{"version", kVersion},
              {"base", terms.base},
              {"head", terms.head},
              {"base_revision", terms.base_revision},
              {"head_revision", terms.head_revision},
              {"machine_class", terms.machine_class},
              {"rules_hash", terms.rules_hash},
              {"gate", json::array({gate_json(terms.gate)})},
              {"rows", std::move(rows)},
              {"instructions", std::move(counts)},
              {"notes", terms.notes}};
    drop_empty_texts(text);
    return text.dump();
}

Result<Terms> parse_terms(std::string_view text) {
    const auto value = model::parse_json(text, "terms of the run");
    if (!value) return tl::unexpected(value.error());
    JsonReader reader(*value, "terms of the run");
    // What a newer vmbench wrote is refused rather than judged by half.
    (void)reader.integer("version", kVersion, kVersion, 0);
    if (!reader.has("version")) reader.complain("no version");
    Terms terms;
    terms.base = reader.text("base");
    terms.head = reader.text("head");
    terms.base_revision = reader.text("base_revision", "");
    terms.head_revision = reader.text("head_revision", "");
    terms.machine_class = reader.text("machine_class");
    terms.rules_hash = reader.text("rules_hash");
    reader.objects("gate", [&terms](JsonReader& gate) { terms.gate = read_gate(gate); });
    reader.objects("rows", [&terms](JsonReader& row) { terms.rows.push_back(read_row(row)); });
    reader.objects("instructions",
                   [&terms](JsonReader& count) { terms.counts.push_back(read_count(count)); });
    terms.notes = reader.texts("notes");
    if (reader.error()) return tl::unexpected(*reader.error());
    return terms;
}

Result<Ledger> replay(const Terms& terms, std::span<const store::StoredPair> pairs) {
    std::map<std::string, std::size_t> rows;
    for (std::size_t row = 0; row < terms.rows.size(); ++row)
        rows.emplace(terms.rows[row].row.benchmark, row);
    Ledger ledger(terms.rows);
    for (const store::StoredPair& stored : pairs) {
        const auto found = rows.find(stored.benchmark);
        if (found == rows.end())
            return fail("pair {}: its run has no benchmark '{}'", stored.id, stored.benchmark);
        ledger.note(found->second, stored.stage, stored.pair);
    }
    ledger.show_times();
    return ledger;
}

model::Comparison judge_duel(const Terms& terms, const std::string& run_id,
                             std::span<const judge::PairedRow> rows, const judge::RunHealth& health) {
    model::Comparison comparison = judge::judge_side_by_side(rows, health, terms.gate);
    judge::add_instructions(comparison, terms.counts);
    comparison.baseline = terms.base;
    comparison.run = run_id;
    comparison.head = terms.head;
    comparison.base_revision = terms.base_revision;
    comparison.head_revision = terms.head_revision;
    comparison.base_machine_class = comparison.head_machine_class = terms.machine_class;
    comparison.rules_hash = terms.rules_hash;
    comparison.notes.insert(comparison.notes.end(), terms.notes.begin(), terms.notes.end());
    return comparison;
}

}  // namespace harness::duel
