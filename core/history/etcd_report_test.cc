// etcd's robustness reports: what its requests mean as calls on one key.

#include "core/history/etcd_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/text.h"

namespace plumbline {
namespace {

using ::testing::HasSubstr;

std::string operation(int client, const std::string& input, int called, int returned,
                      const std::string& output) {
  return str("{\n  \"ClientId\": ", client, ",\n  \"Input\": {", input, "},\n  \"Call\": ", called,
             ",\n  \"Output\": {", output, "},\n  \"Return\": ", returned,
             ",\n  \"Metadata\": {}\n}\n");
}
std::string put_operation(const std::string& key, const std::string& value, int lease = 0) {
  return str(R"({"Type":"put-operation","Range":{"Start":"","End":"","Limit":0},"Put":{"Key":")",
             key, R"(","Value":{"Value":")", value, R"("},"LeaseID":)", lease,
             R"(},"Delete":{"Key":""}})");
}
std::string delete_operation(const std::string& key) {
  return R"({"Type":"delete-operation","Delete":{"Key":")" + key + "\"}}";
}
std::string txn(const std::string& conditions, const std::string& on_success,
                const std::string& on_failure = "null") {
  return R"("Type":"txn","Range":null,"Txn":{"Conditions":)" + conditions +
         ",\"OperationsOnSuccess\":[" + on_success + "],\"OperationsOnFailure\":" + on_failure +
         "}";
}
std::string range(const std::string& start, const std::string& end = "", int revision = 0) {
  return str(R"("Type":"range","Range":{"Start":")", start, R"(","End":")", end,
             R"(","Limit":0,"KeysOnly":false,"Revision":)", revision, "}");
}
std::string found(const std::string& key, const std::string& value, int revision) {
  return str(R"("Range":{"KVs":[{"Key":")", key, R"(","Value":{"Value":")", value,
             R"("},"ModRevision":)", revision, R"(,"Version":1}],"Count":1},"Revision":)",
             revision);
}
const std::string k_done =
    R"("Txn":{"Failure":false,"Results":[{"KVs":null,"Count":0,"Deleted":0}]})";

/// One event a line: process, type, f, key, value.
std::string read_as(const std::string& text) {
  const auto read = parse_etcd_report(text, "o.json");
  if (!read) return read.error().what;
  std::string lines = read->warning;
  for (const Event& event : read->events)
    lines += str(event.process, " ", to_string(event.type), " ", event.f, " ", to_string(event.key),
                 " ", to_string(event.value), "\n");
  return lines;
}

TEST(EtcdReport, PutsAndRangesOfOneKeyAreWritesAndReads) {
  const std::string text =
      operation(1, txn("null", put_operation("a", "x")), 10, 20, k_done + ",\"Revision\":2") +
      operation(2, range("a"), 15, 30, found("a", "x", 2)) +
      operation(1, range("b"), 25, 40, R"("Range":{"KVs":[],"Count":0},"Revision":2)");
  EXPECT_TRUE(looks_like_etcd_report(text));
  EXPECT_EQ(read_as(text),
            "1 invoke write \"a\" \"x\"\n2 invoke read \"a\" nil\n1 ok write \"a\" \"x\"\n"
            "1 invoke read \"b\" nil\n2 ok read \"a\" \"x\"\n1 ok read \"b\" nil\n");
}

TEST(EtcdReport, WithoutAnAnswerAWriteIsIndeterminateAndAReadIsLeftOut) {
  EXPECT_EQ(
      read_as(operation(1, txn("null", put_operation("a", "x")), 1, 2, R"("Error":"timeout")") +
              operation(2, range("a"), 3, 4, R"("Error":"timeout")")),
      "1 invoke write \"a\" \"x\"\n1 info write \"a\" \"x\"\n");
}

TEST(EtcdReport, AComparedRevisionIsTheValueItHad) {
  const std::string condition = R"([{"Key":"a","ExpectedRevision":2,"ExpectedVersion":0}])";
  const std::string text =
      operation(1, txn("null", put_operation("a", "x")), 1, 2, k_done + ",\"Revision\":2") +
      operation(1, txn(condition, put_operation("a", "y")), 3, 4, k_done + ",\"Revision\":3");
  EXPECT_THAT(read_as(text), HasSubstr("1 ok cas \"a\" [\"x\" \"y\"]\n"));
  // The same, refused, with the read it did then.
  const std::string refused =
      R"("Txn":{"Failure":true,"Results":[{"KVs":[{"Key":"a","Value":{"Value":"z"},"ModRevision":9}],"Count":1}]},"Revision":9)";
  const std::string instead = R"([{"Type":"range-operation","Range":{"Start":"a","End":""}}])";
  EXPECT_THAT(
      read_as(text + operation(2, txn(condition, put_operation("a", "w"), instead), 5, 6, refused)),
      HasSubstr("2 fail cas \"a\" [\"x\" \"w\"]\n3 ok read \"a\" \"z\"\n"));
}

TEST(EtcdReport, RevisionZeroIsAbsenceAndAnUnknownRevisionAWrite) {
  const auto created = [](int revision) {
    return operation(
        1, txn(str(R"([{"Key":"a","ExpectedRevision":)", revision, "}]"), put_operation("a", "x")),
        1, 2, k_done + ",\"Revision\":5");
  };
  EXPECT_THAT(read_as(created(0)), HasSubstr("1 ok cas \"a\" [nil \"x\"]\n"));
  EXPECT_THAT(read_as(created(4)), HasSubstr("1 ok write \"a\" \"x\"\n"));
}

TEST(EtcdReport, ADeleteWritesNilOrReadsIt) {
  const auto deleted = [](int count) {
    return operation(1, txn("null", delete_operation("a")), 1, 2,
                     str(R"("Txn":{"Failure":false,"Results":[{"Deleted":)", count, "}]}"));
  };
  EXPECT_EQ(read_as(deleted(1)), "1 invoke write \"a\" nil\n1 ok write \"a\" nil\n");
  EXPECT_EQ(read_as(deleted(0)), "1 invoke read \"a\" nil\n1 ok read \"a\" nil\n");
}

TEST(EtcdReport, ATransactionOfSeveralIsItsOperations) {
  EXPECT_EQ(
      read_as(operation(4, txn("null", put_operation("a", "x") + "," + put_operation("b", "y")), 1,
                        2, R"("Txn":{"Failure":false,"Results":[{},{}]},"Revision":2)")),
      "4 invoke write \"a\" \"x\"\n5 invoke write \"b\" \"y\"\n"
      "4 ok write \"a\" \"x\"\n5 ok write \"b\" \"y\"\n");
}

TEST(EtcdReport, WhatCannotBeReadAsOneKeyIsLeftOut) {
  const std::string revoke = R"("Type":"leaseRevoke","LeaseRevoke":{"LeaseID":7})";
  EXPECT_EQ(read_as(operation(1, range("a", "b"), 1, 2, found("a", "x", 2)) +
                    operation(1, range("a", "", 5), 3, 4, found("a", "x", 2)) +
                    operation(1, R"("Type":"compact","Compact":{"Revision":4})", 5, 6, "") +
                    operation(1, txn("null", put_operation("l", "x", 7)), 7, 8, k_done) +
                    operation(1, revoke, 9, 10, "\"LeaseRevoke\":{}") +
                    operation(1, range("l"), 11, 12, found("l", "x", 2))),
            "");
}

TEST(EtcdReport, DamageIsNamedWithLineAndColumn) {
  const std::string good = operation(1, range("a"), 1, 2, found("a", "x", 2));
  EXPECT_EQ(read_as(good + "{\n  \"ClientId\": ]\n}\n"),
            "o.json: line 10 column 15: expected a value");
  EXPECT_THAT(
      read_as(operation(1, "", 1, 2, "")),
      HasSubstr(
          "o.json: line 8 column 2: the operation that ends here: \"Input\" must have a \"Type\""));
  EXPECT_THAT(read_as(good + good.substr(0, 60)), HasSubstr("the last operation is cut off"));
}

}  // namespace
}  // namespace plumbline
