package canonical

import (
	"testing"

	"altadnc-bulk/pkg/api"
)

func TestWebChat(t *testing.T) {
	compare(t, Rules{}, api.WebChat, []reading{
		{"visitor-1", "visitor-1"},
		{"Visitor 1", "Visitor 1"},
		{"6F9619FF-8B86-D011-B42D-00CF4FC964FF", "6F9619FF-8B86-D011-B42D-00CF4FC964FF"},
		{"ada@example.com", "ada@example.com"},
		{"'visitor-1'", "visitor-1"},
		{`"visitor-1"`, "visitor-1"},
		{"訪問者1", "訪問者1"},
		{"-visitor", "-visitor"},

		{"visitor-1,", "web-chat-two"},
		{"a; b", "web-chat-two"},
		{"a|b", "web-chat-two"},
		{"a ::: b", "web-chat-two"},
		{"a\nb", "line-break"},
		{"jos?", "lost-character"},
		{"josÃ©", "mojibake"},
		{"visit***91", "masked"},
		{"<visitor-1>", "brackets"},
		{"visitor-12…", "cut-off"},

		{"web_chat", "column-name"},
		{"Web chat", "column-name"},
		{"identifier", "column-name"},
		{"Email", "column-name"},
		{"Visitor ID", "column-name"},

		{"12345678901234500", "rounded-number"},
		{"12345678901234560", "rounded-number"},
		{"1234567890123456", "1234567890123456"},
		{"1234567890123451", "1234567890123451"},
		{"123456789012340", "123456789012340"},
		{"12345.0", "rounded-number"},
		{"12345.00", "rounded-number"},
		{"12345.5", "12345.5"},
		{"12345.", "12345."},
		{"v12345.0", "v12345.0"},
		{".0", "placeholder"},
	})
}
