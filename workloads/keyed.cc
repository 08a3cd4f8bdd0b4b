#include "workloads/keyed.h"

#include <algorithm>

#include "core/base/text.h"

namespace plumbline {
namespace {

// A process whose call ends unknown stays open for the checker to the end of the key: few of those.
constexpr int k_processes_per_key = 20;
constexpr Nanos k_retry_pause = 100ms;  // between final reads of one thread

/// Calls of one key: drawn, so that keys do not end all at once; the same whenever it is asked.
std::int64_t calls_of(const Value& key, const WorkloadOptions& options) {
  const auto number = parse_int(std::string_view(key.as_text()).substr(1));
  Rng rng(Rng(options.seed).next() + static_cast<std::uint64_t>(number.value_or(0)));
  return rng.between(options.ops_per_key, 2 * std::int64_t{options.ops_per_key});
}

/// Watches which keys are begun; once asked for an operation, it is the reads of the last of them.
class FinalReads final : public gen::Gen {
 public:
  FinalReads(KeyThreads threads, int concurrency, int keys_per_group, Operation read,
             std::vector<Value> keys)
      : threads_(threads),
        concurrency_(concurrency),
        keys_per_group_(keys_per_group),
        read_(std::move(read)),
        keys_(std::move(keys)) {}

  gen::Answer next(const gen::Context& context) const override {
    if (keys_.empty()) return gen::Exhausted{};
    const auto reads =
        gen::clients(gen::each_thread([this](gen::Thread thread) { return reads_of(thread); }));
    const gen::GenPtr all = gen::time_limit(k_final_reads, reads);
    gen::Answer answer = all->next(context);
    if (auto* pending = std::get_if<gen::Pending>(&answer); pending && !pending->then)
      pending->then = all;
    return answer;
  }
  gen::GenPtr update(const gen::Context&, gen::Thread, const Event& event) const override {
    // Most events are of a key begun lately.
    if (event.key.is_nil() || std::find(keys_.rbegin(), keys_.rend(), event.key) != keys_.rend())
      return shared_from_this();
    std::vector<Value> keys = keys_;
    if (keys.size() == static_cast<std::size_t>(keys_per_group_ * threads_.groups))
      keys.erase(keys.begin());
    keys.push_back(event.key);
    return std::make_shared<FinalReads>(threads_, concurrency_, keys_per_group_, read_,
                                        std::move(keys));
  }

 private:
  gen::GenPtr reads_of(gen::Thread thread) const {
    const int group = thread * threads_.groups / concurrency_;
    gen::Gens reads;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (static_cast<int>(i) % threads_.groups != group) continue;
      const Operation read{read_.f, keys_[i], read_.value};
      reads.push_back(gen::until_ok(gen::delay(k_retry_pause, gen::repeat(read))));
    }
    return gen::sequence(std::move(reads));
  }

  const KeyThreads threads_;
  const int concurrency_;
  const int keys_per_group_;
  const Operation read_;
  const std::vector<Value> keys_;  // those begun last, in order
};

}  // namespace

KeyThreads key_threads(const WorkloadOptions& options) {
  const int each = std::min(2 * options.nodes, options.concurrency);
  return {each, std::min(options.nodes, each / 2), std::max(1, options.concurrency / each)};
}

gen::GenPtr on_independent_keys(const WorkloadOptions& options, const Operation& read,
                                const gen::GenPtr& changes) {
  const KeyThreads threads = key_threads(options);
  const gen::GenPtr reads = gen::repeat(read);
  const gen::GenPtr others = threads.readers < options.nodes ? gen::mix({reads, changes}) : changes;
  const int widest = (options.concurrency + threads.groups - 1) / threads.groups;
  const int processes = std::max(k_processes_per_key, 2 * widest);
  const auto one_key = [=](const Value& key) {
    return gen::limit(
        calls_of(key, options),
        gen::process_limit(processes, gen::reserve({{threads.readers, reads}}, others)));
  };
  const Nanos mean(static_cast<std::int64_t>(1e9 / options.rate));
  return gen::clients(gen::stagger(mean, gen::independent_keys(threads.each, one_key)));
}

gen::GenPtr final_reads(const WorkloadOptions& options, const Operation& read, int keys_per_group) {
  return std::make_shared<FinalReads>(key_threads(options), options.concurrency, keys_per_group,
                                      read, std::vector<Value>{});
}

}  // namespace plumbline
