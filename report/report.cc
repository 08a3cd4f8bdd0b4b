#include "report/report.h"

#include <zlib.h>

#include "core/base/check.h"
#include "core/base/text.h"
#include "report/assets.h"
#include "report/columns.h"
#include "report/summary.h"
#include "report/text.h"

namespace plumbline {
namespace {

Result<std::string> deflate_bytes(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  const int status =
      compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_DEFAULT_COMPRESSION);
  if (status != Z_OK) return fail(Error::Code::failed, str("report: zlib: ", zError(status)));
  out.resize(size);
  return out;
}

/// The page with the data in its places. The marks are looked for in the page alone, so that data
/// which contains a mark changes nothing.
std::string fill_page(const std::string& summary, const std::string& columns,
                      const std::string& messages) {
  using namespace report;
  const std::pair<std::string_view, const std::string&> places[] = {
      {k_summary_mark, summary}, {k_columns_mark, columns}, {k_messages_mark, messages}};
  std::string page;
  page.reserve(k_page.size() + summary.size() + columns.size() + messages.size());
  std::size_t from = 0;
  for (const auto& [mark, data] : places) {
    const std::size_t at = k_page.find(mark, from);
    CHECK(at != std::string_view::npos, "page.html holds the marks in the order of assets.h");
    page += k_page.substr(from, at - from);
    page += data;
    from = at + mark.size();
  }
  page += k_page.substr(from);
  return page;
}

}  // namespace

Result<std::string> render_report(const RunInfo& run, const History& history,
                                  const Verdict& verdict, const MessageDiagram& diagram) {
  TRY_ASSIGN(const std::vector<Call> calls, pair_calls(history));
  const report::TimeAxis axis(history);
  const report::Columns columns = report::encode_columns(history, calls, axis);
  TRY_ASSIGN(const std::string packed, deflate_bytes(columns.bytes));
  std::string messages;
  if (const std::string json = report::diagram_json(diagram, verdict); !json.empty()) {
    TRY_ASSIGN(const std::string packed_messages, deflate_bytes(json));
    messages = report::base64(packed_messages);
  }
  return fill_page(report::summary_json(run, history, calls, verdict, axis, columns),
                   report::base64(packed), messages);
}

Status write_report(const std::filesystem::path& file, const RunInfo& run, const History& history,
                    const Verdict& verdict, const MessageDiagram& diagram) {
  TRY_ASSIGN(const std::string page, render_report(run, history, verdict, diagram));
  return report::write_atomically(file, page);
}

}  // namespace plumbline
