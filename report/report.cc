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

/// The page with the data in its two places. The marks are looked for in the page alone, so that
/// data which contains a mark changes nothing.
std::string fill_page(const std::string& summary, const std::string& columns) {
  using namespace report;
  const std::size_t summary_at = k_page.find(k_summary_mark);
  const std::size_t columns_at = k_page.find(k_columns_mark);
  CHECK(summary_at < columns_at && columns_at != std::string_view::npos,
        "page.html holds the summary's mark, then the columns'");
  std::string page;
  page.reserve(k_page.size() + summary.size() + columns.size());
  const std::size_t between = summary_at + k_summary_mark.size();
  page += k_page.substr(0, summary_at);
  page += summary;
  page += k_page.substr(between, columns_at - between);
  page += columns;
  page += k_page.substr(columns_at + k_columns_mark.size());
  return page;
}

}  // namespace

Result<std::string> render_report(const RunInfo& run, const History& history,
                                  const Verdict& verdict) {
  TRY_ASSIGN(const std::vector<Call> calls, pair_calls(history));
  const report::TimeAxis axis(history);
  const report::Columns columns = report::encode_columns(history, calls, axis);
  TRY_ASSIGN(const std::string packed, deflate_bytes(columns.bytes));
  return fill_page(report::summary_json(run, history, calls, verdict, axis, columns),
                   report::base64(packed));
}

Status write_report(const std::filesystem::path& file, const RunInfo& run, const History& history,
                    const Verdict& verdict) {
  TRY_ASSIGN(const std::string page, render_report(run, history, verdict));
  return report::write_atomically(file, page);
}

}  // namespace plumbline
