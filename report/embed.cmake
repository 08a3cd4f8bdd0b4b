# Makes one C++ source of the report's page: cmake -DASSETS=dir -DSCRIPTS="a.js b.js" -DOUT=file.cc -P embed.cmake
# The script's and the style's SHA-256 go into the page's content security policy, so that a browser
# runs these two and nothing else.

set(script "")
separate_arguments(SCRIPTS)
foreach(name IN LISTS SCRIPTS)
  file(READ ${ASSETS}/${name} text)
  string(APPEND script "\n${text}")
endforeach()
file(READ ${ASSETS}/style.css style)
set(style "\n${style}")
file(READ ${ASSETS}/page.html page)

# Hexadecimal digits to base64: three digits are two characters.
function(hex_to_base64 hex out)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(LENGTH "${hex}" length)
  math(EXPR last "${length} - 1")
  set(base64 "")
  foreach(at RANGE 0 ${last} 3)
    string(SUBSTRING "${hex}00" ${at} 3 group)
    math(EXPR high "0x${group} >> 6")
    math(EXPR low "0x${group} & 63")
    string(SUBSTRING ${alphabet} ${high} 1 first)
    string(SUBSTRING ${alphabet} ${low} 1 second)
    string(APPEND base64 "${first}${second}")
  endforeach()
  # 32 bytes are 64 digits: 43 characters and one of padding; the rest came of the zeros put behind.
  string(SUBSTRING ${base64} 0 43 base64)
  set(${out} "${base64}=" PARENT_SCOPE)
endfunction()

string(SHA256 script_hash "${script}")
string(SHA256 style_hash "${style}")
hex_to_base64(${script_hash} script_hash)
hex_to_base64(${style_hash} style_hash)
string(REPLACE "@SCRIPT_HASH@" "${script_hash}" page "${page}")
string(REPLACE "@STYLE_HASH@" "${style_hash}" page "${page}")
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(REPLACE "@SCRIPT@" "${script}" page "${page}")

string(HEX "${page}" bytes)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
# One line a kilobyte or so keeps editors and compilers content.
string(REGEX REPLACE "((.......){16})" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "#include \"report/assets.h\"

namespace plumbline::report {
namespace {
constexpr char k_page_bytes[] = {
${bytes}};
}  // namespace
const std::string_view k_page(k_page_bytes, sizeof k_page_bytes);
}  // namespace plumbline::report
")
