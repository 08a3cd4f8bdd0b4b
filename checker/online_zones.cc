#include "checker/online_zones.h"

#include <algorithm>

#include "core/base/check.h"

namespace plumbline {

OnlineZones::OnlineZones(const Value& initial) {
  // It was there before every call, as if its writer had returned before the first event.
  const Index start = add_cluster(initial);
  clusters_[start].happened = true;
  clusters_[start].first_return = -1;
  chains_.emplace(-1, Chain{.last_invoked = -1, .front = start, .past = true});
}

OnlineZones::Index OnlineZones::add_cluster(const Value& value) {
  Index place = k_none;
  if (free_.empty()) {
    place = static_cast<Index>(clusters_.size());
    clusters_.emplace_back();
  } else {
    place = free_.back();
    free_.pop_back();
  }
  clusters_[place] = {.value = value, .serial = next_serial_++};
  values_.emplace(value, place);
  return place;
}

void OnlineZones::forget(Index cluster) {
  values_.erase(clusters_[cluster].value);
  clusters_[cluster] = {};
  free_.push_back(cluster);
}

OnlineZones::Said OnlineZones::invoke(std::int64_t at, const Transition& as_open) {
  OpenCall call{.reads = as_open.from || !as_open.to,
                .update = as_open.to && as_open.from != as_open.to,
                .transition = as_open};
  if (call.update) {
    if (values_.contains(*as_open.to)) return Said::ambiguous;
    call.cluster = add_cluster(*as_open.to);
    clusters_[call.cluster].from = as_open.from;
    clusters_[call.cluster].writer = at;
    call.serial = clusters_[call.cluster].serial;
  }
  if (call.reads) readers_.insert(at);
  open_.emplace(at, std::move(call));
  return Said::fits;
}

OnlineZones::Said OnlineZones::ok(std::int64_t invoked, std::int64_t at,
                                  const Transition& transition) {
  const auto call = open_.find(invoked);
  CHECK(call != open_.end(), "a call that is not open ends");
  const OpenCall& ending = call->second;
  Said said = Said::fits;
  if (ending.update) {
    // Its answer told more of it than its arguments: it was taken for something else so far.
    if (transition.from != ending.transition.from || transition.to != ending.transition.to)
      return Said::ambiguous;
    if (!ending.happened) said = happen(ending.cluster, invoked, at);
    if (said != Said::fits) return said;
    if (alive(ending.cluster, ending.serial)) returned(ending.cluster, at);
  } else {
    if (transition.to && transition.from != transition.to) return Said::ambiguous;
    if (transition.from) said = need(*transition.from, invoked, at);
    if (said != Said::fits) return said;
  }
  end(call);
  return Said::fits;
}

OnlineZones::Said OnlineZones::failed(std::int64_t invoked) {
  const auto call = open_.find(invoked);
  CHECK(call != open_.end(), "a call that is not open fails");
  if (call->second.happened) return Said::invalid;  // somebody saw what was never written
  if (call->second.update) forget(call->second.cluster);
  end(call);
  return Said::fits;
}

OnlineZones::Said OnlineZones::indeterminate(std::int64_t invoked) {
  const auto call = open_.find(invoked);
  CHECK(call != open_.end(), "a call that is not open is given up");
  end(call);
  return Said::fits;
}

void OnlineZones::end(std::map<std::int64_t, OpenCall>::iterator call) {
  readers_.erase(call->first);
  open_.erase(call);
  advance();
}

void OnlineZones::returned(Index cluster, std::int64_t at) {
  Cluster& c = clusters_[cluster];
  if (c.first_return != k_open) return;
  c.first_return = at;
  returned_.push_back({.at = at, .serial = c.serial, .cluster = cluster});
}

/// A call that needs `value` returns.
OnlineZones::Said OnlineZones::need(const Value& value, std::int64_t invoked, std::int64_t at) {
  const auto known = values_.find(value);
  if (known == values_.end()) return Said::invalid;
  const Index cluster = known->second;
  if (!clusters_[cluster].happened) {
    if (const Said said = happen(cluster, invoked, at); said != Said::fits) return said;
  } else {
    for (Index later = clusters_[cluster].behind; later != k_none; later = clusters_[later].behind)
      if (clusters_[later].first_return < invoked) return Said::invalid;
    if (grow(clusters_[cluster].chain, invoked) != Said::fits) return Said::invalid;
  }
  returned(cluster, at);
  return Said::fits;
}

/// The value is needed by the call invoked at `invoked` that returns now: so its update happened,
/// and the one that left what that update needs, and so on.
OnlineZones::Said OnlineZones::happen(Index cluster, std::int64_t invoked, std::int64_t at) {
  std::vector<Index> way;
  Index base = cluster;
  while (base != k_none && !clusters_[base].happened) {
    if (clusters_[base].visited) return Said::invalid;  // each needs another's value first
    clusters_[base].visited = true;
    way.push_back(base);
    if (!clusters_[base].from) {
      base = k_none;
    } else {
      const auto needed = values_.find(*clusters_[base].from);
      if (needed == values_.end()) return Said::invalid;
      base = needed->second;
    }
  }
  if (base != k_none && clusters_[base].behind != k_none) return Said::invalid;  // updated twice
  const bool fresh = base == k_none;
  const std::int64_t key = fresh ? at : clusters_[base].chain;
  std::int64_t last_invoked = invoked;
  for (auto next = way.rbegin(); next != way.rend(); ++next) {
    Cluster& c = clusters_[*next];
    c.happened = true;
    c.visited = false;
    c.chain = key;
    c.before = base;
    if (base != k_none) clusters_[base].behind = *next;
    base = *next;
    last_invoked = std::max(last_invoked, c.writer);
    if (const auto writer = open_.find(c.writer); writer != open_.end())
      writer->second.happened = true;
  }
  if (!fresh) return grow(key, last_invoked);
  chains_.emplace(key, Chain{.last_invoked = last_invoked, .front = way.back()});
  return Said::fits;
}

bool OnlineZones::closed(std::int64_t key) const { return key != most_key_ && most_ > key; }

OnlineZones::Said OnlineZones::grow(std::int64_t key, std::int64_t last_invoked) {
  Chain& chain = chains_.at(key);
  if (last_invoked <= chain.last_invoked) return Said::fits;
  if (const auto after = forward_.lower_bound(key); after != forward_.begin()) {
    const std::int64_t other = *std::prev(after);
    if (chains_.at(other).last_invoked > key && other < last_invoked) return Said::invalid;
  }
  const std::int64_t seen_up_to = std::max(key, chain.last_invoked);
  for (auto other = chains_.upper_bound(seen_up_to);
       other != chains_.end() && other->first < last_invoked; ++other)
    if (other->second.last_invoked > key) return Said::invalid;
  chain.last_invoked = last_invoked;
  if (last_invoked > key) forward_.insert(key);
  if (chain.past) raise(key, last_invoked);
  return Said::fits;
}

/// Keeps the greatest s of the chains with f < L.
void OnlineZones::raise(std::int64_t key, std::int64_t last_invoked) {
  if (last_invoked <= most_) return;
  most_ = last_invoked;
  most_key_ = key;
}

OnlineZones::Chains::iterator OnlineZones::forget_chain(Chains::iterator chain) {
  for (Index c = chain->second.front; c != k_none;) {
    const Index behind = clusters_[c].behind;
    forget(c);
    c = behind;
  }
  forward_.erase(chain->first);
  return chains_.erase(chain);
}

/// L may have moved: forgets what is closed.
void OnlineZones::advance() {
  const std::int64_t bound = readers_.empty() ? k_open : *readers_.begin();
  for (; !returned_.empty() && returned_.front().at < bound; returned_.pop_front()) {
    const Returned past = returned_.front();
    if (!alive(past.cluster, past.serial)) continue;
    Cluster& cluster = clusters_[past.cluster];
    for (Index c = cluster.before; c != k_none;) {
      const Index before = clusters_[c].before;
      forget(c);
      c = before;
    }
    cluster.before = k_none;
    Chain& chain = chains_.at(cluster.chain);
    chain.front = past.cluster;
    chain.past = true;
    raise(cluster.chain, chain.last_invoked);
  }
  for (auto chain = chains_.begin(); chain != chains_.end() && chain->second.past;) {
    if (closed(chain->first))
      chain = forget_chain(chain);
    else if (chain->first == most_key_)
      ++chain;
    else
      break;  // those behind it have a greater f
  }
}

std::size_t OnlineZones::bytes() const {
  constexpr std::size_t k_node = 48;  // of a set or a map, besides what it holds
  return clusters_.capacity() * sizeof(Cluster) + free_.capacity() * sizeof(Index) +
         values_.size() * (k_node + sizeof(Value)) + chains_.size() * (k_node + sizeof(Chain)) +
         forward_.size() * k_node + open_.size() * (k_node + sizeof(OpenCall)) +
         readers_.size() * k_node + returned_.size() * sizeof(Returned);
}

}  // namespace plumbline
