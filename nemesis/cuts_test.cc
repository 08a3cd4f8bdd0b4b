// Goal: every shape keeps its promise, for 3 to 9 nodes and many seeds. Method: look at who hears
// whom.
#include "nemesis/cuts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nemesis/testing.h"

namespace plumbline {
namespace {

std::set<NodeName> heard_by(const NodeName& listener, const Nodes& nodes, const Cut& cut) {
  std::set<NodeName> heard(nodes.begin(), nodes.end());
  if (const auto dropped = cut.find(listener); dropped != cut.end())
    for (const NodeName& node : dropped->second) heard.erase(node);
  return heard;
}

bool both_ways(const Cut& cut) {
  for (const auto& [listener, dropped] : cut)
    for (const NodeName& speaker : dropped) {
      const auto back = cut.find(speaker);
      if (back == cut.end() || !back->second.contains(listener)) return false;
    }
  return true;
}

/// Sizes of the distinct heard sets, sorted: for a complete cut, of its components.
std::vector<std::size_t> component_sizes(const Nodes& nodes, const Cut& cut) {
  std::vector<std::size_t> sizes;
  const Value sets = heard_sets(nodes, cut);
  for (const Value& set : sets.as_list()) sizes.push_back(set.as_list().size());
  std::sort(sizes.begin(), sizes.end());
  return sizes;
}

template <class Property>
void for_all_sizes_and_seeds(Property property) {
  for (std::size_t count = 3; count <= 9; ++count)
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      SCOPED_TRACE(str("nodes ", count, " seed ", seed));
      Rng rng(seed);
      property(numbered_nodes(count), rng);
      if (testing::Test::HasFailure()) return;
    }
}

TEST(Cuts, NobodyEverDropsItself) {
  for_all_sizes_and_seeds([](const Nodes& nodes, Rng& rng) {
    for (auto* shape : {cut_halves, cut_one, cut_minority, cut_ring, cut_bridge, cut_one_way}) {
      const Cut cut = shape(nodes, rng);
      EXPECT_FALSE(cut.empty());
      for (const auto& [node, dropped] : cut) EXPECT_FALSE(dropped.contains(node));
    }
  });
}

TEST(Cuts, HalvesAreTwoComponentsThatDifferByAtMostOne) {
  for_all_sizes_and_seeds([](const Nodes& nodes, Rng& rng) {
    const Cut cut = cut_halves(nodes, rng);
    EXPECT_TRUE(both_ways(cut));
    EXPECT_EQ(component_sizes(nodes, cut),
              (std::vector{nodes.size() / 2, nodes.size() - nodes.size() / 2}));
  });
}

TEST(Cuts, OneIsAloneAndTheRestIsWhole) {
  for_all_sizes_and_seeds([](const Nodes& nodes, Rng& rng) {
    const Cut cut = cut_one(nodes, rng);
    EXPECT_TRUE(both_ways(cut));
    EXPECT_EQ(component_sizes(nodes, cut), (std::vector{std::size_t{1}, nodes.size() - 1}));
  });
}

TEST(Cuts, MinorityLeavesAMajorityTogether) {
  for_all_sizes_and_seeds([](const Nodes& nodes, Rng& rng) {
    const Cut cut = cut_minority(nodes, rng);
    EXPECT_TRUE(both_ways(cut));
    const auto sizes = component_sizes(nodes, cut);
    ASSERT_EQ(sizes.size(), 2u);
    EXPECT_LT(2 * sizes[0], nodes.size());
    EXPECT_EQ(sizes[0] + sizes[1], nodes.size());
  });
}

TEST(Cuts, InARingEveryNodeHearsAMajorityAndNoTwoTheSame) {
  for_all_sizes_and_seeds([](const Nodes& nodes, Rng& rng) {
    const Cut cut = cut_ring(nodes, rng);
    const std::size_t majority = nodes.size() / 2 + 1;
    std::set<std::set<NodeName>> sets;
    for (const NodeName& node : nodes) {
      const auto heard = heard_by(node, nodes, cut);
      EXPECT_GE(heard.size(), majority);
      if (nodes.size() <= 5) {
        EXPECT_EQ(heard.size(), majority);
      }
      EXPECT_LT(heard.size(), nodes.size());
      sets.insert(heard);
    }
    EXPECT_EQ(sets.size(), nodes.size());
    if (nodes.size() > 3) {
      EXPECT_TRUE(both_ways(cut));
    }
  });
}

TEST(Cuts, ABridgeIsTheOnlyNodeThatHearsBothHalves) {
  for_all_sizes_and_seeds([](const Nodes& nodes, Rng& rng) {
    const Cut cut = cut_bridge(nodes, rng);
    EXPECT_TRUE(both_ways(cut));
    std::vector<NodeName> bridges;
    for (const NodeName& node : nodes)
      if (heard_by(node, nodes, cut).size() == nodes.size()) bridges.push_back(node);
    ASSERT_EQ(bridges.size(), 1u);
    // Without the bridge two components are left, which differ by at most one node.
    Nodes sides = nodes;
    std::erase(sides, bridges[0]);
    EXPECT_EQ(component_sizes(sides, cut),
              (std::vector{sides.size() / 2, sides.size() - sides.size() / 2}));
  });
}

TEST(Cuts, OneWayCutsOneDirectionBetweenANodeAndAMajority) {
  int inbound = 0;
  int outbound = 0;
  for_all_sizes_and_seeds([&](const Nodes& nodes, Rng& rng) {
    const Cut cut = cut_one_way(nodes, rng);
    const std::size_t reach = std::min(nodes.size() / 2 + 1, nodes.size() - 1);
    if (cut.size() == 1 && cut.begin()->second.size() == reach) {
      ++inbound;
    } else {
      ++outbound;
      EXPECT_EQ(cut.size(), reach);
      for (const auto& [node, dropped] : cut) EXPECT_EQ(dropped, cut.begin()->second);
      EXPECT_EQ(cut.begin()->second.size(), 1u);
    }
    for (const auto& [listener, dropped] : cut)
      for (const NodeName& speaker : dropped) EXPECT_FALSE(cut.contains(speaker));
  });
  EXPECT_GT(inbound, 300);
  EXPECT_GT(outbound, 300);
}

TEST(Cuts, CutOffIsolatesTheNamedNode) {
  const Nodes nodes = numbered_nodes(5);
  EXPECT_EQ(heard_sets(nodes, cut_off(nodes, "n3")),
            Value::list(Value::list("n1", "n2", "n4", "n5"), Value::list("n3")));
}

TEST(Cuts, ANodeInNoComponentIsNotTouched) {
  const Cut cut = complete_cut({{"n1"}, {"n2"}});
  EXPECT_EQ(cut, (Cut{{"n1", {"n2"}}, {"n2", {"n1"}}}));
}

TEST(Cuts, TooFewNodesGiveAnEmptyCut) {
  Rng rng(1);
  EXPECT_TRUE(cut_halves({"n1"}, rng).empty());
  EXPECT_TRUE(cut_one({"n1"}, rng).empty());
  EXPECT_TRUE(cut_one_way({"n1"}, rng).empty());
  for (auto* shape : {cut_minority, cut_bridge, cut_ring})
    EXPECT_TRUE(shape({"n1", "n2"}, rng).empty());
}

TEST(Cuts, AWholeNetworkIsOneSet) {
  EXPECT_EQ(heard_sets({"n1", "n2"}, {}), Value::list(Value::list("n1", "n2")));
}

TEST(Cuts, EveryPlaceInTheRingIsReachedBySomeSeed) {
  std::set<Cut> seen;
  const Nodes nodes = numbered_nodes(5);
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Rng rng(seed);
    seen.insert(cut_ring(nodes, rng));
  }
  EXPECT_EQ(seen.size(), 12u);  // (5-1)!/2 rings that differ
}

}  // namespace
}  // namespace plumbline
