package filter

import (
	"strings"
	"testing"

	"signalbox/backend/live"
)

func BenchmarkMatch(b *testing.B) {
	m := &live.Message{Draft: live.Draft{Type: "order.paid", Data: `{"order":88405,"state":"paid","customer":"Miller & Sons, Lyon","items":[{"sku":"A-1840","count":2,"price":12.5},{"sku":"B-77","count":1,"price":3}],"total":28.0,"note":"leave at the door"}`}}
	for _, text := range []string{"paris", "lyon", "paid -refund", "event:order.*", `$.state = "paid"`, "$.total > 50", "$.items[*].sku : A-1840", "$.nowhere = 1", "/lyon|paris/i", "/time.?out/"} {
		f, err := Parse(text, Env{})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(strings.ReplaceAll(text, "/", "|"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Match(m)
			}
		})
	}
}
