//go:build desktop && production

package desk

/*
#cgo pkg-config: epoxy
#include <epoxy/egl.h>

static EGLBoolean no_display(EGLDisplay display, EGLint *major, EGLint *minor) {
	return EGL_FALSE;
}

static void without_egl(void) { epoxy_eglInitialize = no_display; }
*/
import "C"

// withoutEGL keeps WebKit from loading a graphics driver into this process, which
// only shows what its page's process has drawn. The driver would take tens of
// megabytes.
func withoutEGL() { C.without_egl() }
