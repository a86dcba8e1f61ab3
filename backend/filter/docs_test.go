package filter

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
)

// The examples of docs/filter.md are in the first column of its tables, and in the
// second one where the first has another tool's.
func TestTheExamplesOfTheDocumentationAreFilters(t *testing.T) {
	text, err := os.ReadFile("../../docs/filter.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("`([^`]+)`")
	examples, times, header := 0, false, ""
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "|-") {
			continue
		}
		if !strings.HasPrefix(line, "| ") {
			header = ""
			continue
		}
		cells := strings.Split(strings.Trim(line, "|\n"), " | ")
		if header == "" {
			header = strings.TrimSpace(cells[0])
			times = header == "time"
			continue
		}
		cell := cells[0]
		if header == "there" {
			cell = cells[1]
		}
		for _, m := range code.FindAllStringSubmatch(cell, -1) {
			example := m[1]
			if times {
				example = "after:" + example
			}
			f, err := Parse(example, Env{Now: now, Sources: sources{1: "payments"}, Bookmarked: env.Bookmarked})
			if err != nil {
				t.Errorf("%s: %v", example, err)
				continue
			}
			if examples++; f != nil && f.IsZero() {
				t.Errorf("%s has no condition", example)
			}
		}
	}
	if examples < 60 {
		t.Errorf("only %d examples", examples)
	}
}

// tried are the filters of the last table of docs/filter.md, each with data that it
// selects and data that it does not.
var tried = map[string][2][]string{
	"error":                                 {{"an Error came", `{"message":"error"}`}, {"err or"}},
	"$.level = error":                       {{`{"level":"error"}`}, {`{"level":"Error"}`, `{"level":"errors"}`, "level error"}},
	"$.stream = stderr":                     {{`{"stream":"stderr"}`}, {`{"stream":"stdout"}`}},
	"$.*":                                   {{`{"a":1}`, "[7]"}, {"plain text", `{"a":`, "{}", "7"}},
	"$.status >= 500":                       {{`{"status":500}`, `{"status":5e2}`, `{"status":"503"}`}, {`{"status":499.9}`, `{"status":null}`}},
	`$.status >= 500 $.path : "/api"`:       {{`{"status":503,"path":"/api/v1"}`, `{"status":503,"path":"\/api"}`}, {`{"status":503,"path":"/"}`, `{"status":200,"path":"/api"}`}},
	`$.labels["env"] = production`:          {{`{"labels":{"env":"production"}}`}, {`{"labels":{"env":"test"}}`, `{"env":"production"}`}},
	"source:api* $.labels.env = production": {{`{"labels":{"env":"production"}}`}, {`{"labels":{"env":"test"}}`}},
	`$.image : /^myapp\//`:                  {{`{"image":"myapp/web:1"}`}, {`{"image":"other/myapp/web"}`}},
	`$.path : /\.php$/`:                     {{`{"path":"/a.php"}`}, {`{"path":"/a.php5"}`}},
	"/time.?out/":                           {{"a timeout", `{"m":"time-out"}`}, {"Timeout", "time and out"}},
	"$.state = running or -$.health = unhealthy": {{`{"state":"running","health":"unhealthy"}`, `{"health":"ok"}`, "text"}, {`{"state":"exited","health":"unhealthy"}`}},
	"$.method = GET": {{`{"method":"GET"}`}, {`{"method":"get"}`, `{"Method":"GET"}`}},
	"$.method = GET timeout after:14:00 before:14:05": {{`{"method":"GET","say":"a timeout"}`}, {`{"method":"GET"}`}},
	"$.level = error x":           {{`{"level":"error","raw":"x"}`}, {`{"level":"error"}`}},
	"$.http.request.method":       {{`{"http":{"request":{"method":""}}}`, `{"http":{"request":{"method":null}}}`}, {`{"http":{"request":{}}}`, `{"http.request.method":"GET"}`}},
	"$.http.request.method = GET": {{`{"http":{"request":{"method":"GET"}}}`}, {`{"http":{"request":{"method":"POST"}}}`}},
	"Hello":                       {{"hello", "Othello"}, {"hell"}},
	`"quick brown fox"`:           {{"A quick brown fox"}, {"quick fox brown"}},
	"($.http.response.status_code = 400 or $.http.response.status_code = 401 or $.http.response.status_code = 404)":                       {{`{"http":{"response":{"status_code":401}}}`}, {`{"http":{"response":{"status_code":402}}}`}},
	"($.http.response.body.content.text : quick or $.http.response.body.content.text : brown or $.http.response.body.content.text : fox)": {{`{"http":{"response":{"body":{"content":{"text":"a fox"}}}}}`}, {`{"text":"a quick brown fox"}`}},
	`$.http.response.body.content.text : "quick brown fox"`:                                                                               {{`{"http":{"response":{"body":{"content":{"text":"a quick brown fox"}}}}}`}, {`{"http":{"response":{"body":{"content":{"text":"a brown fox"}}}}}`}},
	"$.response = 200 or $.extension = php":                                                                                               {{`{"response":200}`, `{"extension":"php"}`}, {`{"response":404,"extension":"css"}`}},
	"($.response = 200 or $.response = 404)":                                                                                              {{`{"response":200}`, `{"response":"404"}`}, {`{"response":500}`}},
	"$.response = 200 and ($.extension = php or $.extension = css)":                                                                       {{`{"response":200,"extension":"css"}`}, {`{"response":404,"extension":"css"}`, `{"response":200}`}},
	"$.response = 200 and $.extension = php or $.extension = css":                                                                         {{`{"response":404,"extension":"css"}`, `{"response":200,"extension":"php"}`}, {`{"response":404,"extension":"php"}`}},
	"-$.response = 200": {{`{"response":404}`, "{}", "text"}, {`{"response":200.0}`}},
	"$.response = 200 -($.extension = php or $.extension = css)":          {{`{"response":200,"extension":"js"}`, `{"response":200}`}, {`{"response":200,"extension":"php"}`}},
	"$.tags[*] = success $.tags[*] = info $.tags[*] = security":           {{`{"tags":["info","security","x","success"]}`}, {`{"tags":["success","info"]}`, `{"tags":"success info security"}`}},
	"$.account_number >= 100 and $.items_sold <= 200":                     {{`{"account_number":100,"items_sold":200}`}, {`{"account_number":99,"items_sold":1}`}},
	"$.machine.os : /^win/":                                               {{`{"machine":{"os":"windows 10"}}`}, {`{"machine":{"os":"darwin"}}`}},
	`$.machine.* : "windows 10"`:                                          {{`{"machine":{"os":"Windows 10"}}`, `{"machine":{"os.keyword":"windows 10"}}`}, {`{"machine":{"os":"windows 7"}}`}},
	"before:-2w":                                                          {{"@-15d text"}, {"@-13d text"}},
	`$["@timestamp"] < 2021-01`:                                           {{`{"@timestamp":"2020-12-31T23:00:00Z"}`}, {`{"@timestamp":"2021-01-02"}`}},
	"$.updated_at > 2022-03-17":                                           {{`{"updated_at":"2022-03-18"}`}, {`{"updated_at":"2022-03-01"}`}},
	"$.user[*].first = Alice $.user[*].last = White":                      {{`{"user":[{"first":"Alice","last":"White"}]}`, `{"user":[{"first":"Alice"},{"last":"White"}]}`}, {`{"user":[{"first":"Alice","last":"Smith"}]}`}},
	"$.items[*].name = banana $.items[*].stock = 9":                       {{`{"items":[{"name":"banana","stock":"12"},{"name":"carrot","stock":"9"}]}`}, {`{"items":[{"name":"banana","stock":"12"}]}`}},
	"$.level1[*].level2[*].prop1 = foo $.level1[*].level2[*].prop2 = bar": {{`{"level1":[{"level2":[{"prop1":"foo","prop2":"bar"},{"prop1":"baz","prop2":"qux"}]}]}`}, {`{"level1":[{"level2":[{"prop1":"foo","prop2":"qux"}]}]}`}},
}

func TestTheFiltersOfOtherToolsSelectWhatTheyShould(t *testing.T) {
	text, err := os.ReadFile("../../docs/filter.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| there | here |")
	known, rows := sources{1: "api-web"}, 0
	received := time.Date(2026, 11, 22, 14, 2, 0, 0, time.UTC)
	for line := range strings.Lines(table) {
		cells := strings.Split(line, " | ")
		if len(cells) < 3 {
			continue
		}
		example, ok := strings.CutPrefix(strings.TrimSpace(cells[1]), "`")
		if !ok {
			continue // it has no filter
		}
		example = strings.TrimSuffix(example, "`")
		cases, ok := tried[example]
		if !ok || len(cases[0]) == 0 || len(cases[1]) == 0 {
			t.Errorf("%s is not tried", example)
			continue
		}
		rows++
		f, err := Parse(example, Env{Now: received.Add(10 * time.Minute), Sources: known})
		if err != nil {
			t.Errorf("%s: %v", example, err)
			continue
		}
		for i, want := range []bool{true, false} {
			for _, data := range cases[i] {
				m := &live.Message{Draft: live.Draft{Source: 1, Data: data, Received: received}}
				if days, ok := strings.CutPrefix(data, "@-"); ok {
					n, _ := strconv.Atoi(days[:strings.IndexByte(days, 'd')])
					m.Received = received.AddDate(0, 0, -n)
				}
				if f.Match(m) != want {
					t.Errorf("%s selects %s: %v", example, data, !want)
				}
			}
		}
	}
	if rows != len(tried) {
		t.Errorf("%d filters are in the table, and %d are tried", rows, len(tried))
	}
}
