/* bcryptprimitives.dll for a wine that has none: wine 8, of Debian 12. Go asks
   it for random numbers. RtlGenRandom's name in advapi32 is SystemFunction036. */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) {
  for (; length > 0x40000000; data += 0x40000000, length -= 0x40000000)
    if (!SystemFunction036(data, 0x40000000)) return FALSE;
  return SystemFunction036(data, (ULONG)length);
}
