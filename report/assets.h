#pragma once
/// The report's page: page.html with style and script put in, made at build time by embed.cmake.

#include <string_view>

namespace plumbline::report {

/// Holds k_summary_mark and k_columns_mark once each, where the data goes.
extern const std::string_view k_page;
inline constexpr std::string_view k_summary_mark = "@SUMMARY@";
inline constexpr std::string_view k_columns_mark = "@COLUMNS@";

}  // namespace plumbline::report
