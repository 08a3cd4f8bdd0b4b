// The verifier: accepts what is proven, refuses everything else, whatever the engines say.

#include "checker/verify/verify.h"

#include <gtest/gtest.h>

#include "checker/order.h"
#include "checker/testing.h"
#include "checker/verify/spec.h"
#include "core/history/digest.h"

namespace plumbline {
namespace {

using Outcome = Verification::Outcome;
using testing_checker::brute_force;
using testing_checker::calls_of;
using testing_checker::Shape;
using testing_checker::show;
using testing_checker::Simulation;

History random_history(Rng& rng, const std::string& model, double lie, int most = 12) {
  return Simulation(rng, {.model = model,
                          .calls = static_cast<int>(rng.between(2, most)),
                          .processes = static_cast<int>(rng.between(1, 4)),
                          .values = static_cast<int>(rng.between(0, 3)),
                          .info = rng.unit() * 0.4,
                          .lie = lie})
      .run();
}

Verdict judged(const History& history, const std::string& model) {
  return check_linearizable(history, {.model = model, .certify = true, .jobs = 1});
}

Certificate empty_certificate(const std::vector<Call>& calls, const std::string& model) {
  return {
      .model = model, .digest = digest_of(calls), .calls = static_cast<std::int64_t>(calls.size())};
}

class Certificates : public ::testing::TestWithParam<std::string> {
 protected:
  std::string model_ = GetParam();
};

TEST_P(Certificates, OfEveryVerdictAreAcceptedAndSurviveTheirFile) {
  int valid = 0, invalid = 0;
  for (std::uint64_t seed = 0; seed < 1'500; ++seed) {
    Rng rng(seed);
    const History history = random_history(rng, model_, seed % 3 == 0 ? 0 : 0.2);
    const std::vector<Call> calls = calls_of(history);
    const Verdict verdict = judged(history, model_);
    ASSERT_NE(verdict.certificate, nullptr) << "seed " << seed << ": " << verdict.reason;
    ASSERT_EQ(verdict.certificate->valid, verdict.validity == Validity::valid);
    ++(verdict.certificate->valid ? valid : invalid);
    const auto read = parse_certificate(to_text(*verdict.certificate), "text");
    ASSERT_TRUE(read.has_value()) << read.error().what;
    ASSERT_EQ(to_text(*read), to_text(*verdict.certificate));
    const Verification verification = verify(*read, calls);
    ASSERT_EQ(verification.outcome, Outcome::accepted)
        << "seed " << seed << ": " << verification.why << "\n"
        << to_text(*read) << show(calls);
  }
  EXPECT_GT(valid, 100);
  EXPECT_GT(invalid, 100);
}

/// Whatever is done to an order, the verifier says what the models themselves say of it.
TEST_P(Certificates, WithADamagedOrderAreAcceptedOnlyIfItIsStillALinearization) {
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    Rng rng(seed);
    const History history = random_history(rng, model_, 0);
    const std::vector<Call> calls = calls_of(history);
    const Verdict verdict = judged(history, model_);
    Certificate damaged = *verdict.certificate;
    ASSERT_EQ(damaged.orders.size(), 1U);
    auto& ids = damaged.orders[0].ids;
    if (ids.empty()) continue;
    const std::size_t i = rng.below(ids.size()), j = rng.below(ids.size());
    const Call& any = calls[rng.below(calls.size())];
    switch (rng.below(5)) {
      case 0:
        std::swap(ids[i], ids[j]);
        break;
      case 1:
        ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i));
        break;
      case 2:
        ids.insert(ids.begin() + static_cast<std::ptrdiff_t>(i), any.id);
        break;
      case 3:
        ids[i] = any.id;
        break;
      default:
        ids[i] += rng.between(-2, 2);
        break;
    }
    std::vector<const Call*> order;
    bool known = true;
    for (const std::int64_t id : ids) {
      const auto at = std::ranges::find(calls, id, &Call::id);
      known = known && at != calls.end();
      if (at != calls.end()) order.push_back(&*at);
    }
    const auto machine = find_model(model_)->machine({});
    const std::string wrong = known ? verify_order(calls, order, *machine) : "no such call";
    const Verification verification = verify(damaged, calls);
    ASSERT_EQ(verification.outcome == Outcome::accepted, wrong.empty())
        << "seed " << seed << ": " << verification.why << " / " << wrong << "\n"
        << to_text(damaged) << show(calls);
    refused += !wrong.empty();
  }
  EXPECT_GT(refused, 1'000);
}

/// The rules of leave_out.h, one and all: no choice of a core proves a valid history invalid.
TEST_P(Certificates, CannotProveAValidHistoryInvalid) {
  int tried = 0, left_out = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Rng rng(seed);
    const History history = random_history(rng, model_, 0, 9);
    const std::vector<Call> calls = calls_of(history);
    if (calls.empty()) continue;
    Certificate forged = empty_certificate(calls, model_);
    KeyCore& core = forged.cores.emplace_back();
    const double keep = rng.unit();
    for (const Call& call : calls) {
      if (call.type == EventType::fail) continue;
      const bool required = call.type == EventType::ok && rng.chance(0.7);
      if (rng.chance(keep)) (required ? core.required : core.optional).push_back(call.id);
    }
    core.any_state = rng.chance(model_ == "mutex" ? 0.5 : 0.05);
    if (!core.any_state && rng.chance(0.4)) core.after = calls[rng.below(calls.size())].id;
    core.counted = core.after && rng.chance(0.5);
    if (core.after)
      std::erase_if(core.required, [&](std::int64_t id) {
        return (id <= *core.after && !core.counted) || rng.chance(0.1);
      });
    if (rng.chance(0.3)) {
      core.only.emplace();
      for (std::int64_t v = 1; v <= 4; ++v)
        if (rng.chance(0.5)) core.only->push_back(v);
      if (rng.chance(0.5)) core.only->push_back("x");
    }
    const Verification verification = verify(forged, calls);
    ASSERT_NE(verification.outcome, Outcome::accepted)
        << "seed " << seed << ": " << verification.why << "\n"
        << to_text(forged) << show(calls);
    ++tried;
    left_out += verification.why.ends_with("have a legal order");
  }
  EXPECT_GT(tried, 10'000);
  EXPECT_GT(left_out, 300) << "hardly any core got past the rules";
}

TEST_P(Certificates, OfAnotherHistoryModelOrStartAreRefused) {
  Rng rng(7);
  const History history = random_history(rng, model_, 0);
  const std::vector<Call> calls = calls_of(history);
  const Certificate good = *judged(history, model_).certificate;
  std::vector<Call> other = calls;
  other.back().process += 1;
  EXPECT_EQ(verify(good, other).outcome, Outcome::refused);
  other.pop_back();
  EXPECT_EQ(verify(good, other).outcome, Outcome::refused);
  Certificate changed = good;
  changed.model = "no-such-model";
  EXPECT_EQ(verify(changed, calls).outcome, Outcome::refused);
  changed = good;
  changed.valid = false;
  EXPECT_EQ(verify(changed, calls).outcome, Outcome::refused);
}

INSTANTIATE_TEST_SUITE_P(Verify, Certificates,
                         ::testing::Values("register", "cas-register", "mutex", "set", "kv",
                                           "list-append", "counter", "gset", "multi-register",
                                           "queue", "stack", "unordered-queue", "priority-queue",
                                           "owner-lock", "reentrant-lock"),
                         [](const auto& model) { return testing_checker::plain(model.param); });

TEST(Verify, KnowsEveryModel) {
  for (const ModelInfo& info : all_models())
    EXPECT_NE(verifying::spec_of(info.name, {}), nullptr) << info.name;
}

/// Rule 1 of leave_out.h: a removal without an answer may have taken an element, unless removals
/// that say so took all there ever was of it.
TEST(Verify, ARemovalWithoutAnswerGoesOnlyWhereAllElementsAreAccountedFor) {
  struct Names {
    const char *model, *add, *remove;
  };
  for (const Names& names : {Names{"queue", "enqueue", "dequeue"}, Names{"stack", "push", "pop"},
                             Names{"unordered-queue", "enqueue", "dequeue"},
                             Names{"priority-queue", "insert", "pop-min"}}) {
    std::vector<Call> calls;
    const auto play = [&](bool adds, const Value& element, bool ended = true) {
      const auto at = static_cast<std::int64_t>(2 * calls.size());
      calls.push_back({.id = at,
                       .process = at,
                       .f = adds ? names.add : names.remove,
                       .arguments = adds ? element : Value(),
                       .result = adds ? Value() : element,
                       .type = ended ? EventType::ok : EventType::info,
                       .invoked = at,
                       .returned = ended ? at + 1 : k_open});
    };
    /// A core of all that ended, as far as it is about element 1.
    const auto verdict = [&] {
      Certificate forged = empty_certificate(calls, names.model);
      KeyCore& core = forged.cores.emplace_back();
      core.only = Value::List{1};
      for (const Call& call : calls)
        if (!call.indeterminate()) core.required.push_back(call.id);
      return verify(forged, calls).outcome;
    };
    play(true, 1);
    play(false, {}, false);
    play(false, {});
    EXPECT_EQ(verdict(), Outcome::refused) << names.model << ": it took the 1";
    play(false, 1);
    EXPECT_EQ(verdict(), Outcome::accepted) << names.model << ": it was empty, and then was not";
    calls.clear();
    play(true, 1);
    play(true, 1);
    play(false, {}, false);
    play(false, 1);
    play(false, {});
    EXPECT_EQ(verdict(), Outcome::refused) << names.model << ": it took the other 1";
    calls.clear();
    play(true, 1);
    play(true, 1, false);
    play(false, {}, false);
    play(false, 1);
    play(false, {});
    EXPECT_EQ(verdict(), Outcome::refused) << names.model << ": it took the 1 that may be there";
  }
}

TEST(Verify, RefusesTwoOrdersOfOneKey) {
  Rng rng(3);
  const History history = random_history(rng, "register", 0);
  Certificate twice = *judged(history, "register").certificate;
  twice.orders.push_back(twice.orders.front());
  EXPECT_EQ(verify(twice, calls_of(history)).outcome, Outcome::refused);
}

TEST(Verify, DamagedCertificatesSayWhere) {
  const auto complaint = [](const std::string& text) {
    const auto read = parse_certificate(text, "c.jsonl");
    return read ? "" : read.error().what;
  };
  const std::string head =
      R"({"plumbline":"certificate","version":1,"verdict":"valid","model":"register","initial":null,"digest":"crc32:00000000","calls":0})"
      "\n";
  EXPECT_EQ(complaint(head), "");
  EXPECT_NE(complaint("").find("is empty"), std::string::npos);
  EXPECT_NE(complaint(head.substr(0, 40)).find("c.jsonl:1: column"), std::string::npos);
  EXPECT_NE(complaint(R"({"plumbline":"history"})").find("not a certificate"), std::string::npos);
  EXPECT_NE(complaint(head + "{\"key\":1,\"order\":[1,true]}\n").find("c.jsonl:2"),
            std::string::npos);
  EXPECT_NE(complaint(head + "{\"key\":1}\n").find("\"order\""), std::string::npos);
  EXPECT_NE(complaint(head + "[]\n{}\n").find("\"order\""), std::string::npos);
}

}  // namespace
}  // namespace plumbline
