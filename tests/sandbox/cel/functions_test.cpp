// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/sandbox/cel/expressions.hpp"

namespace {

using cel_test::compile_error;
using cel_test::evaluate;

TEST(CelFunctions, strings_count_code_points) {
  EXPECT_EQ(evaluate("'naïve😀'.size()"), "6");
  EXPECT_EQ(evaluate("'naïve😀'.charAt(5)"), R"("😀")");
  EXPECT_EQ(evaluate("'naïve😀'.indexOf('v')"), "3");
  EXPECT_EQ(evaluate("'naïve😀'.substring(2, 4)"), R"("ïv")");
  EXPECT_EQ(evaluate("'ab'.charAt(2)"), R"("")");
  EXPECT_EQ(evaluate("'ab'.charAt(3)"), "error: index out of range: 3");
  EXPECT_EQ(evaluate("'abcab'.lastIndexOf('ab', 2)"), "0");
}

TEST(CelFunctions, strings_are_cut_joined_and_replaced) {
  EXPECT_EQ(evaluate("'a,b,c'.split(',', 2)"), R"(["a","b,c"])");
  EXPECT_EQ(evaluate("'aïb'.split('')"), R"(["a","ï","b"])");
  EXPECT_EQ(evaluate("''.split(',')"), R"([""])");
  EXPECT_EQ(evaluate("['a', 'b'].join('-')"), R"("a-b")");
  EXPECT_EQ(evaluate("'hello'.replace('l', 'L', 1)"), R"("heLlo")");
  EXPECT_EQ(evaluate("'ab'.replace('', '_')"), R"("_a_b_")");
  EXPECT_EQ(evaluate("'\\u00a0 x \\n'.trim()"), R"("x")");
  EXPECT_EQ(evaluate("'TacoCÆt'.lowerAscii() + 'tacoCæt'.upperAscii()"), R"("tacocÆtTACOCæT")");
  EXPECT_EQ(evaluate("'%s is %d of %.1f: %s'.format(['a', 1, 2.55, [true, null]])"),
            R"("a is 1 of 2.5: [true, null]")");
}

TEST(CelFunctions, patterns_are_re2s) {
  EXPECT_EQ(evaluate("'abc'.matches('b') && matches('abc', '^a.c$')"), "true");
  EXPECT_EQ(evaluate("'abc 123 def 456'.find('[0-9]+')"), R"("123")");
  EXPECT_EQ(evaluate("'123 abc 456'.findAll('[0-9]*')"), R"(["123","","","","","456"])");
  EXPECT_EQ(evaluate("'123 abc 456'.findAll('[0-9]+', 1)"), R"(["123"])");
  EXPECT_EQ(evaluate("'x'.matches('a' + '(')").find("error: error parsing regexp"), 0u);
  EXPECT_NE(compile_error("'x'.matches('(?=x)')").find("invalid matches argument"), std::string::npos);
  EXPECT_NE(compile_error("'x'.matches('\\\\C')").find("invalid matches argument"), std::string::npos);
}

TEST(CelFunctions, lists_know_order_and_sum) {
  EXPECT_EQ(evaluate("[1, 2, 2].isSorted() && !['b', 'a'].isSorted()"), "true");
  EXPECT_EQ(evaluate("[1, 3].sum() + [1, 3].max() - [1, 3].min()"), "6");
  EXPECT_EQ(evaluate("[duration('1m'), duration('1s')].sum()"), R"("61s")");
  EXPECT_EQ(evaluate("[].sum() == 0"), "true");
  EXPECT_EQ(evaluate("[].min() == 0"), "error: min called on empty list");
  EXPECT_EQ(evaluate("[1, 2, 2].lastIndexOf(2) + [1].indexOf(3)"), "1");
  EXPECT_EQ(evaluate("[9223372036854775807, 1].sum()"), "error: integer overflow");
}

TEST(CelFunctions, sets_are_compared_as_sets) {
  EXPECT_EQ(evaluate("sets.contains([1, 2, 3], [3, 1]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])"),
            "true");
}

TEST(CelFunctions, quantities_compare_add_and_convert) {
  EXPECT_EQ(evaluate("quantity('200M') == quantity('0.2G')"), "true");
  EXPECT_EQ(evaluate("quantity('50M').isLessThan(quantity('50Mi'))"), "true");
  EXPECT_EQ(evaluate("quantity('50k').add(quantity('20')) == quantity('50.02k')"), "true");
  EXPECT_EQ(evaluate("quantity('50k').add(20).sub(quantity('100k')).asInteger()"), "-49980");
  EXPECT_EQ(evaluate("quantity('50.703k').asApproximateFloat()"), "50703.0");
  EXPECT_EQ(evaluate("isQuantity('10Mo') || isQuantity('10Mm') || isQuantity('')"), "false");
  EXPECT_EQ(evaluate("sign(quantity('-1n'))"), "-1");
  EXPECT_EQ(evaluate("quantity('9999999999999999999999999999999999999G').isInteger()"), "false");
  EXPECT_EQ(evaluate("quantity('9999999999999999999999999999999999999G').asInteger()"),
            "error: cannot convert value to integer");
  EXPECT_EQ(evaluate("quantity('1E').compareTo(quantity('1e18'))"), "0");
  EXPECT_EQ(evaluate("quantity('8Ei').compareTo(quantity('9Ei'))"), "0");  // both are capped
  EXPECT_EQ(evaluate("quantity('100000000000000000000').compareTo(quantity('9223372036854775807'))"), "1");
  EXPECT_EQ(evaluate("quantity('1.0').isInteger() || quantity('1000m').isInteger() || quantity('100Ti').isInteger()"),
            "false");
  EXPECT_EQ(evaluate("quantity('1k').add(1).asInteger()"), "1001");
}

TEST(CelFunctions, urls_are_taken_apart) {
  const std::string url = "url('https://user@example.com:80/p%20q/r s?k=1&k=2&e=a+b#f')";
  EXPECT_EQ(evaluate(url + ".getScheme()"), R"("https")");
  EXPECT_EQ(evaluate(url + ".getHost()"), R"("example.com:80")");
  EXPECT_EQ(evaluate(url + ".getHostname()"), R"("example.com")");
  EXPECT_EQ(evaluate(url + ".getPort()"), R"("80")");
  EXPECT_EQ(evaluate(url + ".getEscapedPath()"), R"("/p%20q/r%20s")");
  EXPECT_EQ(evaluate(url + ".getQuery()"), R"({"e":["a b"],"k":["1","2"]})");
  EXPECT_EQ(evaluate("url('https://[::1]:80/').getHostname()"), R"("::1")");
  EXPECT_EQ(evaluate("isURL('/absolute') && !isURL('../relative') && !isURL('https://a:b:c/')"), "true");
}

TEST(CelFunctions, addresses_and_networks_are_understood) {
  EXPECT_EQ(evaluate("isIP('::ffff:1.2.3.4') || isIP('fe80::1%eth0') || isIP('1.2.3.04') || isIP('2001:db8:::68')"),
            "false");
  EXPECT_EQ(evaluate("string(ip('2001:DB8:0:0:1:0:0:1'))"), R"("2001:db8::1:0:0:1")");
  EXPECT_EQ(evaluate("ip.isCanonical('2001:db8::68') && !ip.isCanonical('2001:DB8::68')"), "true");
  EXPECT_EQ(evaluate("ip('224.0.0.1').isLinkLocalMulticast() && ip('fe80::1').isLinkLocalUnicast()"), "true");
  EXPECT_EQ(evaluate("ip('255.255.255.255').isGlobalUnicast()"), "false");
  EXPECT_EQ(evaluate("cidr('192.168.0.0/24').containsIP('192.168.0.1') && !cidr('192.168.0.0/24').containsIP('::1')"),
            "true");
  EXPECT_EQ(evaluate("cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/23'))"), "false");
  EXPECT_EQ(evaluate("string(cidr('192.168.0.1/24').masked())"), R"("192.168.0.0/24")");
  EXPECT_EQ(evaluate("type(ip('1.2.3.4')) == net.IP"), "true");
  EXPECT_EQ(evaluate("isCIDR('::1/129')"), "false");
}

TEST(CelFunctions, named_formats_say_what_is_wrong) {
  EXPECT_EQ(evaluate("format.dns1123Label().validate('my-name').hasValue()"), "false");
  EXPECT_EQ(evaluate("format.dns1123Label().validate('My-name').value()[0].startsWith('a lowercase RFC 1123 label')"),
            "true");
  EXPECT_EQ(evaluate("format.named('uuid').value().validate('no').value()"), R"(["does not match the UUID format"])");
  EXPECT_EQ(evaluate("format.dns1123LabelPrefix().validate('abc-').hasValue()"), "false");
  EXPECT_EQ(evaluate("format.qualifiedName().validate('example.com/x/y').hasValue()"), "true");
  EXPECT_EQ(evaluate("format.named('unknown').hasValue()"), "false");
}

TEST(CelFunctions, conversions_refuse_what_does_not_fit) {
  EXPECT_EQ(evaluate("int('-7') + int(3.9) + int(2u)"), "-2");
  EXPECT_EQ(evaluate("int(1e19)"), "error: integer overflow");
  EXPECT_EQ(evaluate("uint(-1)"), "error: unsigned integer overflow");
  EXPECT_EQ(evaluate("int('1x')").find("error: type conversion error"), 0u);
  EXPECT_EQ(evaluate("string(b'\\xff')").find("error: invalid UTF-8"), 0u);
  EXPECT_EQ(evaluate("[string(1.5), string(true), string(1e100)]"), R"(["1.5","true","1e+100"])");
}

}  // namespace
