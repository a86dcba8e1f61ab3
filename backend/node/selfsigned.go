package node

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"slices"
	"time"

	"signalbox/backend/disk"
)

const (
	validity    = 397 * 24 * time.Hour // browsers refuse a longer one
	renewBefore = 30 * 24 * time.Hour  // before the certificate expires
)

// mustRenew reports whether a self-signed certificate must be made again: it
// expires soon, or is not valid for a name in the settings. A new address of this
// machine is no reason. A notebook gets another address every day, and its users
// would have to trust another certificate every day.
func mustRenew(leaf *x509.Certificate, names []string, now time.Time) bool {
	return leaf.NotAfter.Sub(now) < renewBefore || slices.ContainsFunc(names, func(name string) bool {
		return leaf.VerifyHostname(name) != nil
	})
}

// makeCertificate makes a key and a self-signed certificate that is valid for
// the names, and for all names and addresses of this machine.
func makeCertificate(certFile, keyFile string, names []string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	t := x509.Certificate{
		Subject:   pkix.Name{CommonName: "Signalbox", Organization: []string{"Self-signed by Signalbox"}},
		NotBefore: now.Add(-time.Hour), // clocks differ
		NotAfter:  now.Add(validity),
		KeyUsage:  x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		// It is no authority: a client that trusts it does not trust certificates
		// that a thief signs with its key.
		BasicConstraintsValid: true,
	}
	all := slices.Concat(names, ownNames())
	slices.Sort(all)
	for _, name := range slices.Compact(all) {
		if ip := net.ParseIP(name); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, name)
		}
	}
	cert, err := x509.CreateCertificate(rand.Reader, &t, &t, key.Public(), key)
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	// If only the key is written, the files do not match, and load makes both
	// again.
	if err := writePEM(keyFile, "PRIVATE KEY", pkcs8, 0o600); err != nil {
		return err
	}
	return writePEM(certFile, "CERTIFICATE", cert, 0o644)
}

// writePEM writes a file with one PEM block.
func writePEM(file, kind string, content []byte, mode os.FileMode) error {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
	if err := disk.WriteFile(file, text, mode); err != nil {
		return fmt.Errorf("write the certificate: %w", err)
	}
	return nil
}

// ownNames returns the names and addresses of this machine.
func ownNames() []string {
	names := []string{"localhost", "127.0.0.1", "::1"}
	if host, err := os.Hostname(); err == nil && host != "" && validName(host) {
		names = append(names, host)
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return names // these are used most
	}
	for _, addr := range addrs {
		if n, ok := addr.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			names = append(names, n.IP.String())
		}
	}
	return names
}

// validName reports whether a certificate may hold a name. An invalid name would
// make the whole certificate unreadable.
func validName(name string) bool {
	return (&x509.Certificate{DNSNames: []string{name}}).VerifyHostname(name) == nil
}
