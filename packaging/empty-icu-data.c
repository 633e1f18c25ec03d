// ICU's data as a package of no items: what ICU itself can do without tables still works.
//
// Layout: a data header, then a table of contents that starts with the number of its items.
// https://unicode-org.github.io/icu/userguide/icu_data/ and icu4c/source/common/{ucmndata,udata}.h
#include <stdint.h>

#define JOIN_(a, b, c) a##b##c
#define JOIN(a, b, c) JOIN_(a, b, c)

struct Package {
  uint16_t header_size;
  uint8_t magic[2];
  uint16_t info_size;
  uint16_t reserved;
  uint8_t is_big_endian, charset_family, size_of_unit, reserved_byte;
  uint8_t data_format[4], format_version[4], data_version[4];
  uint8_t padding[8];
  uint32_t item_count;
  uint32_t no_items[3];
};

__attribute__((aligned(16))) const struct Package JOIN(icudt, ICU_VERSION, _dat) = {
    .header_size = 32,
    .magic = {0xDA, 0x27},
    .info_size = 20,
    .is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
    .size_of_unit = 2,
    .data_format = {'T', 'o', 'C', 'P'},
    .format_version = {1, 0, 0, 0},
};
