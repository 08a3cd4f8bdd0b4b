#include "checker/online.h"

#include <algorithm>
#include <chrono>

#include "core/base/text.h"

namespace plumbline {
namespace {

std::string name_of_key(const Value& key) {
  return key.is_nil() ? "" : "key " + to_string(key) + ": ";
}

}  // namespace

Result<OnlineChecker> OnlineChecker::create(OnlineOptions options) {
  TRY(known_model(options.model));
  const ModelEntry& model = *find_model(options.model);
  return OnlineChecker(std::move(options), model);
}

OnlineChecker::OnlineChecker(OnlineOptions options, const ModelEntry& model)
    : options_(std::move(options)), model_(&model) {}

OnlineChecker::Object& OnlineChecker::object_of(const Value& key) {
  const auto [at, fresh] = objects_.try_emplace(key);
  if (fresh) {
    at->second.key = key;
    CheckOptions how{.model = options_.model, .initial = options_.initial};
    how.memory_budget = options_.memory_budget;
    how.stop = options_.stop;
    at->second.kept.emplace(std::move(how), options_.share_again);
    if (model_->transition != nullptr) at->second.zones.emplace(model_->initial(options_.initial));
  }
  return at->second;
}

Status OnlineChecker::feed(const Event& event) {
  const std::int64_t position = events_++;
  if (event.process == k_nemesis) return {};
  if (event.type != EventType::invoke) return complete(event, position);
  const auto [at, fresh] = open_.try_emplace(event.process);
  if (!fresh) {
    damaged_ = str("event ", event.index, ": process ", event.process, " invokes '", event.f,
                   "' while its last call is open");
    return fail(Error::Code::corrupt, damaged_);
  }
  ++calls_;
  OpenCall& open = at->second;
  open.call.id = event.index;
  open.call.process = event.process;
  open.call.f = event.f;
  open.call.key = event.key;
  open.call.arguments = event.value;
  open.call.invoked = position;
  refuse(open.call);
  if (violation_ || !refused_.empty()) return {};
  open.object = &object_of(event.key);
  keep(*open.object, event, position);
  if (open.object->zones)
    hear(*open.object, open.object->zones->invoke(position, model_->transition(open.call)),
         position);
  return {};
}

Status OnlineChecker::complete(const Event& event, std::int64_t position) {
  const auto found = open_.find(event.process);
  if (found == open_.end() || found->second.call.f != event.f) {
    damaged_ = str("event ", event.index, ": process ", event.process, " completes '", event.f,
                   found == open_.end() ? "', which it did not invoke"
                                        : "' but invoked '" + found->second.call.f + "'");
    return fail(Error::Code::corrupt, damaged_);
  }
  OpenCall open = std::move(found->second);
  open_.erase(found);
  Call& call = open.call;
  call.type = event.type;
  if (event.type == EventType::info)
    ++indeterminate_;
  else
    call.returned = position;
  if (event.type == EventType::ok) {
    call.result = event.value;
    refuse(call);
  }
  if (violation_ || !refused_.empty() || open.object == nullptr) return {};
  Object& object = *open.object;
  keep(object, event, position,
       event.type == EventType::info && model_->role(call) != Role::observer);
  if (object.zones) {
    OnlineZones& zones = *object.zones;
    hear(object,
         event.type == EventType::ok ? zones.ok(call.invoked, position, model_->transition(call))
         : event.type == EventType::fail ? zones.failed(call.invoked)
                                         : zones.indeterminate(call.invoked),
         position);
  }
  if (object.zones || !object.kept) return {};
  if (object.kept->due() || object.kept->may_forget()) judge(object);
  if (object.kept->may_forget()) forget(object);
  set_explained(object, object.kept->first_unjudged());
  return {};
}

void OnlineChecker::refuse(const Call& call) {
  if (violation_ || !refused_.empty()) return;
  if (const std::string why = model_->refuse(call); !why.empty())
    refused_ = str("call ", call.id, " (", call.f, ") is none of ", options_.model, ": ", why);
}

void OnlineChecker::keep(Object& object, const Event& event, std::int64_t position, bool lasting) {
  if (!object.kept) return;
  const std::size_t more = OnlineKept::bytes_of(event);
  const bool full = kept_bytes_ + more > options_.memory_budget;
  if (object.zones && (full || object.kept->events() >= options_.kept_of_a_cell)) {
    drop_kept(object);
    return;
  }
  if (full) {
    give_up(object, "the memory budget for events ran out", position);
    return;
  }
  object.kept->add(event, position, lasting);
  kept_bytes_ += more;
  ++kept_events_;
}

void OnlineChecker::drop_kept(Object& object) {
  kept_bytes_ -= object.kept->bytes();
  kept_events_ -= object.kept->events();
  object.kept.reset();
}

void OnlineChecker::forget(Object& object) {
  kept_bytes_ -= object.kept->bytes();
  kept_events_ -= object.kept->events();
  object.kept->forget(options_.time_again);
  kept_bytes_ += object.kept->bytes();
  kept_events_ += object.kept->events();
}

/// From here on the key is not judged before the end.
void OnlineChecker::give_up(Object& object, const std::string& why, std::int64_t position) {
  ++keys_at_end_;
  object.at_end = why;
  if (object.kept) {
    position = std::min(position, object.kept->first_unjudged());
    drop_kept(object);
  }
  set_explained(object, position);
}

/// What the key's zones say of an event.
void OnlineChecker::hear(Object& object, OnlineZones::Said said, std::int64_t position) {
  if (said == OnlineZones::Said::invalid) note_violation(object.key, position);
  if (said == OnlineZones::Said::ambiguous) {
    object.zones.reset();
    if (object.kept)
      object.kept->skip_to(position);
    else
      give_up(object,
              "a value was written again while it could still be seen, and the key's first "
              "events were not kept",
              position);
  }
  zones_held_ -= object.zones_held;
  zones_bytes_ -= object.zones_bytes;
  object.zones_held = object.zones ? object.zones->held() : 0;
  object.zones_bytes = object.zones ? object.zones->bytes() : 0;
  zones_held_ += object.zones_held;
  zones_bytes_ += object.zones_bytes;
}

void OnlineChecker::judge(Object& object) {
  if (!violation_ && !object.kept->judge(options_.time_again))
    note_violation(object.key, object.kept->violation());
}

void OnlineChecker::set_explained(Object& object, std::int64_t position) {
  if (position == object.explained) return;
  unexplained_.erase(object.explained);
  object.explained = position;
  if (position != k_open) unexplained_.emplace(position, &object);
}

void OnlineChecker::catch_up() {
  // A larger one costs too much to be judged again for a few more events.
  constexpr std::size_t k_small = 4096;
  std::vector<Object*> waiting;
  for (const auto& [position, object] : unexplained_)
    if (object->kept && object->kept->events() <= k_small && !object->kept->hard())
      waiting.push_back(object);
  for (Object* object : waiting) {
    judge(*object);
    set_explained(*object, object->kept->first_unjudged());
  }
}

void OnlineChecker::note_violation(const Value& key, std::int64_t event) {
  if (violation_ && violation_->event <= event) return;
  violation_ = Violation{.key = key, .event = event, .heard_at = events_};
}

OnlineStatus OnlineChecker::status() const {
  OnlineStatus now{.events = events_,
                   .explained_up_to = unexplained_.empty() ? events_ : unexplained_.begin()->first,
                   .open_calls = open_.size(),
                   .held = zones_held_ + kept_events_,
                   .bytes = zones_bytes_ + kept_bytes_ + objects_.size() * sizeof(Object) +
                            open_.size() * sizeof(OpenCall),
                   .keys = objects_.size(),
                   .keys_at_end = keys_at_end_};
  if (keys_at_end_ > 0 || !refused_.empty() || !damaged_.empty()) now.validity = Validity::unknown;
  if (violation_) {
    now.validity = Validity::invalid;
    now.explained_up_to = std::min(now.explained_up_to, violation_->event);
  }
  return now;
}

/// Judges the keys whose events are kept. Gives what could not be told, in words.
std::string OnlineChecker::finish_kept() {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + options_.time_budget;
  std::string why;
  for (auto& [key, object] : objects_) {
    if (object.zones || !object.kept || object.kept->first_unjudged() == k_open) continue;
    const auto left = std::max(Nanos(0), std::chrono::duration_cast<Nanos>(end - Clock::now()));
    if (!object.kept->judge(left)) note_violation(key, object.kept->violation());
    if (object.kept->first_unjudged() != k_open && !violation_ && why.empty())
      why = object.kept->why_not();
  }
  return why;
}

Verdict OnlineChecker::finish() {
  Verdict verdict{.check = "linearizable " + options_.model};
  if (!violation_) verdict.reason = finish_kept();
  std::map<std::string, int> means;
  for (const auto& [key, object] : objects_) {
    if (object.zones)
      ++means["online zones"];
    else if (object.kept && !object.kept->means().empty())
      ++means[object.kept->means()];
    if (!object.at_end.empty() && verdict.reason.empty())
      verdict.reason = str(name_of_key(key), "left for the end: ", object.at_end);
  }
  verdict.figures = {{"calls", std::to_string(calls_)},
                     {"indeterminate calls",
                      std::to_string(indeterminate_ + static_cast<std::int64_t>(open_.size()))},
                     {"keys", std::to_string(objects_.size())}};
  for (const auto& [name, count] : means)
    verdict.figures.emplace_back("keys decided by " + name, std::to_string(count));
  if (!refused_.empty()) verdict.reason = refused_;
  if (!damaged_.empty()) verdict.reason = "the history is damaged: " + damaged_;
  if (!verdict.reason.empty()) verdict.validity = Validity::unknown;
  if (violation_) {
    verdict.validity = Validity::invalid;
    verdict.reason =
        str(name_of_key(violation_->key), "not linearizable from event ", violation_->event, " on");
  }
  return verdict;
}

}  // namespace plumbline
