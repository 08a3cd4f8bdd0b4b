#include <algorithm>

#include "core/generator/combinators.h"
#include "core/generator/wrap.h"

namespace plumbline::gen {
namespace {

class OnThreads final : public Wrapper {
 public:
  using Keep = std::shared_ptr<const std::function<bool(Thread)>>;
  OnThreads(Keep keep, GenPtr gen) : Wrapper(std::move(gen)), keep_(std::move(keep)) {}

  Answer next(const Context& context) const override {
    const auto threads = kept(context.threads), free = kept(context.free);
    return pass_on(inner()->next({context.time, threads, free, context.rng}));
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    if (!(*keep_)(thread)) return shared_from_this();
    const auto threads = kept(context.threads), free = kept(context.free);
    return Wrapper::update({context.time, threads, free, context.rng}, thread, event);
  }

 private:
  std::vector<Thread> kept(std::span<const Thread> threads) const {
    std::vector<Thread> kept;
    std::copy_if(threads.begin(), threads.end(), std::back_inserter(kept), *keep_);
    return kept;
  }
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<OnThreads>(keep_, std::move(gen));
  }
  Keep keep_;
};

/// All clients, or the nemesis.
class OneSide final : public Wrapper {
 public:
  OneSide(bool nemesis, GenPtr gen) : Wrapper(std::move(gen)), nemesis_(nemesis) {}

  Answer next(const Context& context) const override {
    return pass_on(inner()->next(side_of(context)));
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    if ((thread == k_nemesis_thread) != nemesis_) return shared_from_this();
    return Wrapper::update(side_of(context), thread, event);
  }

 private:
  Context side_of(const Context& context) const {
    return nemesis_ ? context.nemesis() : context.clients();
  }
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<OneSide>(nemesis_, std::move(gen));
  }
  bool nemesis_;
};

std::size_t position_of(std::span<const Thread> threads, Thread thread) {
  return static_cast<std::size_t>(std::lower_bound(threads.begin(), threads.end(), thread) -
                                  threads.begin());
}

class EachThread final : public Gen {
 public:
  using Make = std::shared_ptr<const std::function<GenPtr(Thread)>>;
  /// `gens`: one for each thread of the context; empty before the first question.
  EachThread(Make make, Gens gens) : make_(std::move(make)), gens_(std::move(gens)) {}

  Answer next(const Context& context) const override {
    if (gens_.empty() && !context.threads.empty()) return become(filled(context), context);
    Gens gens = gens_;
    Soonest soonest(*context.rng);
    const auto put = [&gens](std::size_t i, GenPtr gen) { gens[i] = std::move(gen); };
    for (std::size_t i = 0; i < gens.size(); ++i)
      if (GenPtr moved = soonest.offer(gens[i]->next(context.slice(i, i + 1)), i))
        put(i, std::move(moved));
    return soonest.settle(put,
                          [&] { return std::make_shared<EachThread>(make_, std::move(gens)); });
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    const std::size_t i = position_of(context.threads, thread);
    if (i >= gens_.size() || context.threads[i] != thread) return shared_from_this();
    GenPtr gen = gens_[i]->update(context.slice(i, i + 1), thread, event);
    if (gen == gens_[i]) return shared_from_this();
    Gens gens = gens_;
    gens[i] = std::move(gen);
    return std::make_shared<EachThread>(make_, std::move(gens));
  }
  bool listens() const override {
    return std::ranges::any_of(gens_, [](const GenPtr& gen) { return gen->listens(); });
  }

 private:
  GenPtr filled(const Context& context) const {
    Gens gens;
    for (const Thread thread : context.threads) gens.push_back((*make_)(thread));
    return std::make_shared<EachThread>(make_, std::move(gens));
  }
  Make make_;
  Gens gens_;
};

class Reserve final : public Gen {
 public:
  /// The last of `ranges` has the threads that remain; its count is not used.
  explicit Reserve(std::vector<Reserved> ranges) : ranges_(std::move(ranges)) {}

  Answer next(const Context& context) const override {
    std::vector<Reserved> ranges = ranges_;
    Soonest soonest(*context.rng);
    const auto put = [&ranges](std::size_t i, GenPtr gen) { ranges[i].gen = std::move(gen); };
    std::size_t begin = context.first_client();
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const std::size_t end = end_of(i, begin, context);
      Answer answer = ranges[i].gen->next(context.slice(begin, end));
      if (GenPtr moved = soonest.offer(std::move(answer), i, end - begin)) put(i, std::move(moved));
      begin = end;
    }
    return soonest.settle(put, [&] { return std::make_shared<Reserve>(std::move(ranges)); });
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    const std::size_t position = position_of(context.threads, thread);
    std::size_t begin = context.first_client();
    if (position < begin) return shared_from_this();
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      const std::size_t end = end_of(i, begin, context);
      if (position < end) {
        GenPtr gen = ranges_[i].gen->update(context.slice(begin, end), thread, event);
        if (gen == ranges_[i].gen) break;
        std::vector<Reserved> ranges = ranges_;
        ranges[i].gen = std::move(gen);
        return std::make_shared<Reserve>(std::move(ranges));
      }
      begin = end;
    }
    return shared_from_this();
  }

 private:
  std::size_t end_of(std::size_t range, std::size_t begin, const Context& context) const {
    const std::size_t all = context.threads.size();
    if (range + 1 == ranges_.size()) return all;
    return std::min(all, begin + static_cast<std::size_t>(ranges_[range].threads));
  }

  std::vector<Reserved> ranges_;
};

class ProcessLimit final : public Wrapper {
 public:
  /// `counted`: threads whose present process is among the `used`.
  ProcessLimit(int limit, int used, std::vector<Thread> counted, GenPtr gen)
      : Wrapper(std::move(gen)), limit_(limit), used_(used), counted_(std::move(counted)) {}

  Answer next(const Context& context) const override {
    Answer answer = inner()->next(context);
    const Planned* planned = operation_in(answer);
    if (!planned || counts(planned->thread)) return pass_on(std::move(answer));
    if (used_ >= limit_) return Exhausted{};
    std::vector<Thread> counted = counted_;
    counted.push_back(planned->thread);
    return rewrap(std::move(answer), [&](GenPtr gen) {
      return std::make_shared<ProcessLimit>(limit_, used_ + 1, std::move(counted), std::move(gen));
    });
  }
  GenPtr update(const Context& context, Thread thread, const Event& event) const override {
    // After info the thread goes on as a new process.
    if (event.type != EventType::info || !counts(thread))
      return Wrapper::update(context, thread, event);
    std::vector<Thread> counted = counted_;
    std::erase(counted, thread);
    return std::make_shared<ProcessLimit>(limit_, used_, std::move(counted),
                                          inner()->update(context, thread, event));
  }
  bool listens() const override { return !counted_.empty() || Wrapper::listens(); }

 private:
  bool counts(Thread thread) const {
    return std::find(counted_.begin(), counted_.end(), thread) != counted_.end();
  }
  GenPtr around(GenPtr gen) const override {
    return std::make_shared<ProcessLimit>(limit_, used_, counted_, std::move(gen));
  }
  int limit_;
  int used_;
  std::vector<Thread> counted_;
};

}  // namespace

GenPtr on_threads(std::function<bool(Thread)> keep, GenPtr gen) {
  return std::make_shared<OnThreads>(
      std::make_shared<const std::function<bool(Thread)>>(std::move(keep)), std::move(gen));
}
GenPtr clients(GenPtr gen) { return std::make_shared<OneSide>(false, std::move(gen)); }
GenPtr nemesis(GenPtr gen) { return std::make_shared<OneSide>(true, std::move(gen)); }
GenPtr clients_and_nemesis(GenPtr client_gen, GenPtr nemesis_gen) {
  return any({clients(std::move(client_gen)), nemesis(std::move(nemesis_gen))});
}
GenPtr each_thread(std::function<GenPtr(Thread)> make) {
  return std::make_shared<EachThread>(
      std::make_shared<const std::function<GenPtr(Thread)>>(std::move(make)), Gens{});
}
GenPtr each_thread(GenPtr gen) {
  return each_thread([gen = std::move(gen)](Thread) { return gen; });
}
GenPtr reserve(std::vector<Reserved> ranges, GenPtr rest) {
  for (const Reserved& range : ranges)
    CHECK(range.threads >= 0, "a range of threads cannot be negative");
  ranges.push_back({0, std::move(rest)});
  return std::make_shared<Reserve>(std::move(ranges));
}
GenPtr process_limit(int count, GenPtr gen) {
  return std::make_shared<ProcessLimit>(count, 0, std::vector<Thread>{}, std::move(gen));
}

}  // namespace plumbline::gen
