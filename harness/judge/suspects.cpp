#include "harness/judge/suspects.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "harness/stats/corrections.h"
#include "harness/stats/signed_rank.h"

namespace harness::judge {

namespace {

using Values = std::vector<double>;

// What the family tests at a look: the row's values, its wall time, or the shift common to the suspects.
enum class About { value, wall, all };

struct Hypothesis {
    About about = About::value;
    std::size_t row = 0;
    Values values;
    double minimum = 0;  // logarithm
    double p = 1;
    bool settled = false;  // decided at an earlier look; it keeps its place in the family
};

stats::Estimate unknown() { return stats::centre({}, 0.5, 0.5); }

bool is_finite(std::span<const double> values) {
    return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

// Pairs of which one has no logarithm cannot be ranked among the others: then nothing is known.
Values usable(Values values) { return is_finite(values) ? values : Values{}; }

Values screening_costs(const PairedRow& row) { return usable(costs(row, row.value.screening)); }

Values first(const Values& values, std::size_t most) {
    return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(std::min(values.size(), most))};
}

void state_exactly(const PairedRow& row, RowFinding& finding) {
    const double cost = costs(row, std::span(&*row.exact, 1)).front();
    finding.screen = finding.cost = {cost, cost, cost};
    finding.pairs = 1;
}

void screen_row(const PairedRow& row, RowFinding& finding, const GateSettings& settings) {
    if (row.exact) return state_exactly(row, finding);
    const Values values = screening_costs(row);
    finding.screen = stats::centre(values, settings.family_alpha, settings.family_alpha);
    finding.cost = finding.screen;
    finding.pairs = values.size();
    if (!decides(row)) return;
    const double minimum = std::log1p(row.minimum_effect);
    finding.suspect =
        row.suspected || stats::signed_rank(values, minimum).p_greater < settings.screening_alpha;
    if (!row.wall) return;
    const auto wall = stats::signed_rank(usable(row.wall->screening), std::log1p(settings.wall_guard));
    finding.wall_suspect = wall.p_greater < settings.screening_alpha;
    finding.suspect = finding.suspect || finding.wall_suspect;
}

// A change that was accepted is explained already.
bool may_share_a_shift(const PairedRow& row) { return is_representative(row) && row.accepted.empty(); }

// A shift common to unrelated rows shows in more than half of the groups, and in two at least.
bool most_groups_are_worse(std::span<const PairedRow> rows, const std::vector<RowFinding>& findings,
                           double minimum) {
    std::map<std::string, Values> groups;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (may_share_a_shift(rows[i]) && findings[i].pairs > 0)
            groups[rows[i].group].push_back(findings[i].screen.value);
    }
    const auto worse = std::ranges::count_if(
        groups, [&](const auto& group) { return stats::median(group.second) > minimum; });
    return groups.size() > 1 && 2 * static_cast<std::size_t>(worse) > groups.size();
}

bool is_systemic_suspect(std::span<const PairedRow> rows, const std::vector<RowFinding>& findings,
                         const GateSettings& settings) {
    const double minimum = std::log1p(kSmallestMinimumEffect);
    Values centres;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (may_share_a_shift(rows[i]) && findings[i].pairs > 0) centres.push_back(findings[i].screen.value);
    }
    if (centres.size() < settings.fewest_systemic_rows) return false;
    return stats::signed_rank(centres, minimum).p_greater < settings.screening_alpha &&
           most_groups_are_worse(rows, findings, minimum);
}

// Not the suspects: they are about to be asked the opposite question, and their screening leans to worse.
void find_improvements(std::span<const PairedRow> rows, std::vector<RowFinding>& findings,
                       const GateSettings& settings) {
    std::vector<std::size_t> which;
    Values p;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!is_tested(rows[i])) continue;
        const double better = -std::log1p(rows[i].minimum_effect);
        const bool asked = !findings[i].suspect && findings[i].screen.value < better;
        which.push_back(i);
        p.push_back(asked ? stats::signed_rank(screening_costs(rows[i]), better).p_less : 1);
    }
    const auto adjusted = stats::benjamini_hochberg_adjusted(p);
    for (std::size_t i = 0; i < which.size(); ++i) {
        findings[which[i]].improved = adjusted[i] <= settings.improvement_rate;
    }
}

// The suspects' centres over the pairs each of them has been seen with so far.
Values fresh_centres(std::span<const PairedRow> rows, const Findings& findings) {
    Values centres;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const RowFinding& finding = findings.rows[i];
        if (may_share_a_shift(rows[i]) && finding.suspect && finding.pairs > 0)
            centres.push_back(finding.cost.value);
    }
    return centres;
}

// What a suspect asks of its first `most` fresh pairs.
void add_hypotheses(const PairedRow& row, std::size_t index, RowFinding& finding, std::size_t most,
                    std::vector<Hypothesis>& family, const GateSettings& settings) {
    // A settled row that does not alarm keeps its place: were it left out because it looked harmless, the
    // others would share out what it might still have spent.
    Hypothesis value{About::value, index, {}, std::log1p(row.minimum_effect), 1, finding.settled};
    Hypothesis wall{About::wall, index, {}, std::log1p(settings.wall_guard), 1, finding.settled};
    if (!finding.settled) {
        value.values = first(usable(costs(row, row.value.fresh)), most);
        finding.pairs = value.values.size();
        finding.cost = stats::centre(value.values, settings.family_alpha, settings.family_alpha);
        if (finding.wall_suspect) wall.values = first(usable(row.wall->fresh), most);
    }
    if (!finding.value_alarm) family.push_back(std::move(value));
    if (finding.wall_suspect && !finding.wall_alarm) family.push_back(std::move(wall));
}

std::vector<Hypothesis> family_of(std::span<const PairedRow> rows, Findings& findings, std::size_t most,
                                  const GateSettings& settings) {
    std::vector<Hypothesis> family;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        RowFinding& finding = findings.rows[i];
        if (finding.suspect) add_hypotheses(rows[i], i, finding, most, family, settings);
    }
    if (findings.systemic_suspect && !findings.systemic) {
        family.push_back({About::all, 0, fresh_centres(rows, findings), std::log1p(kSmallestMinimumEffect)});
    }
    for (Hypothesis& hypothesis : family) {
        if (hypothesis.settled) continue;
        hypothesis.p = stats::signed_rank(hypothesis.values, hypothesis.minimum).p_greater;
    }
    return family;
}

// Rejected, and with the whole interval above the minimum: without ties the one implies the other.
void test(const Hypothesis& hypothesis, double level, const GateSettings& settings, Findings& findings) {
    if (hypothesis.settled) return;
    const auto interval = stats::centre(hypothesis.values, level, settings.family_alpha);
    const bool alarm = hypothesis.p <= level && interval.low > hypothesis.minimum;
    RowFinding& row = findings.rows[hypothesis.row];
    switch (hypothesis.about) {
        case About::value:
            row.cost = interval;
            row.value_alarm = alarm;
            break;
        case About::wall:
            row.wall = interval;
            row.wall_alarm = alarm;
            break;
        case About::all:
            findings.systemic_cost = interval;
            findings.systemic = alarm;
            break;
    }
}

// Nothing that further pairs would show is worth them once a row alarms, or lies below what could alarm.
void settle(std::span<const PairedRow> rows, const GateSettings& settings, Findings& findings) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        RowFinding& finding = findings.rows[i];
        const bool value_is_low = finding.cost.high <= std::log1p(rows[i].minimum_effect);
        const bool wall_is_low =
            !finding.wall_suspect || finding.wall.high <= std::log1p(settings.wall_guard);
        const bool alarms = finding.value_alarm || finding.wall_alarm;
        finding.settled = finding.settled || alarms || (value_is_low && wall_is_low);
    }
}

}  // namespace

Findings screen(std::span<const PairedRow> rows, const GateSettings& settings) {
    Findings findings;
    findings.systemic_cost = unknown();
    findings.rows.assign(rows.size(), RowFinding{});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        RowFinding& finding = findings.rows[i];
        finding.wall = unknown();
        screen_row(rows[i], finding, settings);
        finding.settled = !finding.suspect;
    }
    findings.systemic_suspect = is_systemic_suspect(rows, findings.rows, settings);
    find_improvements(rows, findings.rows, settings);
    return findings;
}

Findings look(std::span<const PairedRow> rows, const GateSettings& settings, std::size_t looks) {
    Findings findings = screen(rows, settings);
    const auto alphas = look_alphas(settings);
    for (std::size_t i = 0; i < std::min(looks, settings.looks.size()); ++i) {
        const auto hypotheses = family_of(rows, findings, settings.looks[i].pairs, settings);
        findings.hypotheses = std::max(findings.hypotheses, hypotheses.size());
        Values p;
        for (const Hypothesis& hypothesis : hypotheses) p.push_back(hypothesis.p);
        const auto levels = stats::holm_levels(p, alphas[i]);
        for (std::size_t h = 0; h < hypotheses.size(); ++h) {
            test(hypotheses[h], levels[h], settings, findings);
        }
        settle(rows, settings, findings);
    }
    return findings;
}

}  // namespace harness::judge
