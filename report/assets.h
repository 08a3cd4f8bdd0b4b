#pragma once
/// The report's page: page.html with style and script put in, made at build time by embed.cmake.

#include <string_view>

namespace plumbline::report {

/// Holds each of the marks once, in this order, where the data goes.
extern const std::string_view k_page;
inline constexpr std::string_view k_summary_mark = "@SUMMARY@";
inline constexpr std::string_view k_columns_mark = "@COLUMNS@";
inline constexpr std::string_view k_messages_mark = "@MESSAGES@";

}  // namespace plumbline::report
