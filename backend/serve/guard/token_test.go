package guard

import (
	"reflect"
	"testing"
)

// Code that compares tokens with == must not compile.
func TestATokenCannotBeComparedWithTheEqualitySign(t *testing.T) {
	if reflect.TypeFor[secret]().Comparable() {
		t.Error("a secret is comparable")
	}
}

func TestATokenThatIsAlmostRightIsWrong(t *testing.T) {
	token := newSecret("0123456789abcdef")
	for _, given := range []string{"", "0", "0123456789abcde", "0123456789abcdeg", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdef\x00"} {
		if token.equals(given) {
			t.Errorf("%q is taken for the token", given)
		}
	}
	if !token.equals("0123456789abcdef") {
		t.Error("the token is not recognised")
	}
	if none := newSecret(""); none.equals("") {
		t.Error("no token is a token")
	}
}
