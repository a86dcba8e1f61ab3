package serve

import (
	"testing"
	"time"

	"signalbox/backend/live"
)

func TestAChannelHasLimitsOfItsOwn(t *testing.T) {
	s := start(t, nil)
	type view struct {
		Keep *live.Keep `json:"keep"`
	}
	if made := want[view](s, 201, "POST", "/api/channels", `{"name":"a"}`); made.Keep != nil {
		t.Errorf("one without limits: %+v", made.Keep)
	}
	changed := want[view](s, 200, "PUT", "/api/channels/a", `{"keep":{"messages":3,"age_days":30}}`)
	limits := live.Keep{Messages: 3, Age: 30 * 24 * time.Hour}
	if changed.Keep == nil || *changed.Keep != limits {
		t.Fatalf("%+v", changed.Keep)
	}
	for body, field := range map[string]string{
		`{"keep":{"messages":-1}}`: "keep", `{"keep":{"age_days":36501}}`: "keep", `{"keep":{"bytes":0.5}}`: "keep",
		`{"keep":{"days":1}}`: "keep", `{"keep":7}`: "keep",
	} {
		if e := want[refusal](s, 400, "PUT", "/api/channels/a", body).Error; e.Code != "bad_keep" || e.Field != field || e.Message == "" {
			t.Errorf("%s: %+v", body, e)
		}
	}
	if c := want[view](s, 200, "PUT", "/api/channels/a", `{"keep":{"bytes":500}}`); c.Keep == nil || *c.Keep != (live.Keep{Messages: 3, Bytes: 500, Age: limits.Age}) {
		t.Errorf("one of them changed: %+v", c.Keep)
	}
	want[view](s, 200, "PUT", "/api/channels/a", `{"keep":{"bytes":0}}`)
	// A change of something else leaves them.
	if c := want[view](s, 200, "PUT", "/api/channels/a", `{"name":"b"}`); c.Keep == nil || *c.Keep != limits {
		t.Errorf("after a renaming: %+v", c.Keep)
	}
	type sources struct {
		Sources []struct {
			Name string
			Keep *live.Keep
		}
	}
	if all := want[sources](s, 200, "GET", "/api/state", "").Sources; len(all) != 1 || all[0].Keep == nil || *all[0].Keep != limits {
		t.Errorf("%+v", all)
	}
	if made := want[view](s, 201, "POST", "/api/channels", `{"name":"c","keep":{"bytes":1048576}}`); made.Keep == nil || made.Keep.Bytes != 1<<20 {
		t.Errorf("%+v", made.Keep)
	}
	if c := want[view](s, 200, "PUT", "/api/channels/b", `{"keep":{"messages":0,"bytes":0,"age_days":0}}`); c.Keep != nil {
		t.Errorf("taken back: %+v", c.Keep)
	}
}
