#include "conformance/elf_file.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>

namespace dbway::conformance {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the records are read as they lie in the file");

constexpr std::uint64_t most_records = 1u << 20;  // of any kind; real files stay far below
constexpr std::uint64_t largest_file = 1u << 30;

struct Elf32Types {
    using Ehdr = Elf32_Ehdr;
    using Phdr = Elf32_Phdr;
    using Shdr = Elf32_Shdr;
    using Dyn = Elf32_Dyn;
    using Sym = Elf32_Sym;
    using Word = std::uint32_t;
};
struct Elf64Types {
    using Ehdr = Elf64_Ehdr;
    using Phdr = Elf64_Phdr;
    using Shdr = Elf64_Shdr;
    using Dyn = Elf64_Dyn;
    using Sym = Elf64_Sym;
    using Word = std::uint64_t;
};

// The bytes of the file, read only inside their bounds.
class Bytes {
  public:
    explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

    template <typename T>
    T at(std::uint64_t offset) const {
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T))
            throw ElfError("a record lies outside of the file");
        T record;
        std::memcpy(&record, bytes_.data() + offset, sizeof record);
        return record;
    }
    std::string text(std::uint64_t offset) const {
        if (offset >= bytes_.size()) throw ElfError("a name lies outside of the file");
        const auto end = bytes_.find('\0', offset);
        if (end == std::string_view::npos) throw ElfError("a name does not end within the file");
        return std::string(bytes_.substr(offset, end - offset));
    }

  private:
    std::string_view bytes_;
};

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
    if (b > UINT64_MAX - a) throw ElfError("an offset overflows");
    return a + b;
}

template <typename Types>
class Parser {
  public:
    Parser(std::string_view bytes, ElfFile& file)
        : bytes_(bytes), file_(file), header_(bytes_.at<typename Types::Ehdr>(0)) {}

    void parse() {
        file_.machine = header_.e_machine;
        file_.type = header_.e_type;
        read_program_headers();
        read_dynamic();
        read_names();
        read_versions();
        read_symbols();
    }

  private:
    using Phdr = typename Types::Phdr;
    using Shdr = typename Types::Shdr;
    using Dyn = typename Types::Dyn;
    using Sym = typename Types::Sym;
    using Word = typename Types::Word;

    void read_program_headers() {
        if (header_.e_phentsize < sizeof(Phdr)) throw ElfError("it has no program headers");
        for (std::uint64_t i = 0; i < header_.e_phnum; ++i) {
            const auto segment = bytes_.template at<Phdr>(add(header_.e_phoff, i * header_.e_phentsize));
            if (segment.p_type == PT_LOAD) loads_.push_back(segment);
            if (segment.p_type == PT_DYNAMIC) dynamic_ = segment;
            if (segment.p_type == PT_GNU_STACK) file_.executable_stack = (segment.p_flags & PF_X) != 0;
        }
    }

    // Where the byte that is mapped to this address lies in the file.
    std::uint64_t offset_of(std::uint64_t address) const {
        for (const auto& load : loads_)
            if (address >= load.p_vaddr && address - load.p_vaddr < load.p_filesz)
                return add(load.p_offset, address - load.p_vaddr);
        throw ElfError("an address of the dynamic section is mapped by no segment");
    }

    void read_dynamic() {
        if (!dynamic_) throw ElfError("it has no dynamic section: not a shared library");
        const std::uint64_t count = std::min<std::uint64_t>(dynamic_->p_filesz / sizeof(Dyn), most_records);
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto entry = bytes_.template at<Dyn>(add(dynamic_->p_offset, i * sizeof(Dyn)));
            const auto tag = static_cast<std::int64_t>(entry.d_tag);
            if (tag == DT_NULL) break;
            if (tag == DT_NEEDED) needed_.push_back(entry.d_un.d_val);
            if (tag == DT_TEXTREL) file_.text_relocations = true;
            if (tag == DT_BIND_NOW) file_.bind_now = true;
            if (tag == DT_FLAGS) {
                file_.text_relocations = file_.text_relocations || (entry.d_un.d_val & DF_TEXTREL) != 0;
                file_.bind_now = file_.bind_now || (entry.d_un.d_val & DF_BIND_NOW) != 0;
            }
            if (tag == DT_FLAGS_1) file_.bind_now = file_.bind_now || (entry.d_un.d_val & DF_1_NOW) != 0;
            dynamic_values_[tag] = entry.d_un.d_val;
        }
    }

    std::optional<std::uint64_t> value(std::int64_t tag) const {
        const auto found = dynamic_values_.find(tag);
        return found == dynamic_values_.end() ? std::nullopt : std::optional<std::uint64_t>(found->second);
    }

    std::string name(std::uint64_t index) const {
        const auto table = value(DT_STRTAB);
        if (!table) throw ElfError("it has no table of names");
        return bytes_.text(add(offset_of(*table), index));
    }

    void read_names() {
        for (const auto index : needed_) file_.needed.push_back(name(index));
        if (const auto index = value(DT_SONAME)) file_.soname = name(*index);
    }

    // Chains of records, each with the distance to the next; a distance of 0 ends the chain.
    template <typename Record, typename Visit>
    void walk(std::uint64_t offset, std::uint64_t count, Visit visit) const {
        for (std::uint64_t i = 0; i < std::min(count, most_records); ++i) {
            const auto record = bytes_.template at<Record>(offset);
            const std::uint64_t step = visit(record, offset);
            if (step == 0) return;
            offset = add(offset, step);
        }
    }

    void read_versions() {
        if (const auto needs = value(DT_VERNEED))
            walk<Elf64_Verneed>(offset_of(*needs), value(DT_VERNEEDNUM).value_or(most_records),
                                [&](const Elf64_Verneed& need, std::uint64_t at) {
                                    walk<Elf64_Vernaux>(add(at, need.vn_aux), need.vn_cnt,
                                                        [&](const Elf64_Vernaux& aux, std::uint64_t) {
                                                            versions_[aux.vna_other & 0x7fff] =
                                                                name(aux.vna_name);
                                                            return aux.vna_next;
                                                        });
                                    return need.vn_next;
                                });
        if (const auto definitions = value(DT_VERDEF))
            walk<Elf64_Verdef>(offset_of(*definitions), value(DT_VERDEFNUM).value_or(most_records),
                               [&](const Elf64_Verdef& definition, std::uint64_t at) {
                                   if (definition.vd_cnt > 0) {
                                       const auto aux =
                                           bytes_.template at<Elf64_Verdaux>(add(at, definition.vd_aux));
                                       // The base version names the file itself.
                                       if ((definition.vd_flags & VER_FLG_BASE) == 0)
                                           versions_[definition.vd_ndx & 0x7fff] = name(aux.vda_name);
                                       else
                                           base_name_ = name(aux.vda_name);
                                   }
                                   return definition.vd_next;
                               });
    }

    // The table of symbols has no size of its own: the hash tables tell, else the section headers.
    std::uint64_t symbol_count() const {
        if (const auto hash = value(DT_HASH))
            return bytes_.template at<std::uint32_t>(add(offset_of(*hash), 4));
        if (const auto hash = value(DT_GNU_HASH)) return gnu_hash_count(offset_of(*hash));
        for (std::uint64_t i = 0; i < header_.e_shnum && header_.e_shentsize >= sizeof(Shdr); ++i) {
            const auto section = bytes_.template at<Shdr>(add(header_.e_shoff, i * header_.e_shentsize));
            if (section.sh_type == SHT_DYNSYM) return section.sh_size / sizeof(Sym);
        }
        return 0;
    }

    std::uint64_t gnu_hash_count(std::uint64_t offset) const {
        const auto buckets = bytes_.template at<std::uint32_t>(offset);
        const auto first = bytes_.template at<std::uint32_t>(add(offset, 4));
        const auto bloom = bytes_.template at<std::uint32_t>(add(offset, 8));
        const std::uint64_t bucket_table = add(offset, 16 + std::uint64_t{bloom} * sizeof(Word));
        if (buckets > most_records) throw ElfError("its hash table is larger than any real one");
        std::uint64_t last = 0;
        for (std::uint64_t i = 0; i < buckets; ++i)
            last = std::max<std::uint64_t>(last, bytes_.template at<std::uint32_t>(add(bucket_table, i * 4)));
        if (last < first) return first;
        const std::uint64_t chains = add(bucket_table, std::uint64_t{buckets} * 4);
        while (last < most_records &&
               (bytes_.template at<std::uint32_t>(add(chains, (last - first) * 4)) & 1) == 0)
            ++last;
        return last + 1;
    }

    void read_symbols() {
        const auto table = value(DT_SYMTAB);
        if (!table) return;
        const std::uint64_t offset = offset_of(*table);
        const std::uint64_t count = symbol_count();
        if (count > most_records) throw ElfError("it has more symbols than any real file");
        const auto version_table = value(DT_VERSYM);
        for (std::uint64_t i = 1; i < count; ++i) {
            const auto record = bytes_.template at<Sym>(add(offset, i * sizeof(Sym)));
            ElfSymbol symbol;
            symbol.name = name(record.st_name);
            symbol.binding = record.st_info >> 4;
            symbol.type = record.st_info & 15;
            symbol.visibility = record.st_other & 3;
            symbol.defined = record.st_shndx != SHN_UNDEF;
            // A version that the file defines is listed as an absolute symbol of its name.
            const bool is_version = record.st_shndx == SHN_ABS && is_version_name(symbol.name);
            if (version_table) {
                const auto index =
                    bytes_.template at<std::uint16_t>(add(offset_of(*version_table), i * 2)) & 0x7fff;
                if (const auto found = versions_.find(index); found != versions_.end())
                    symbol.version = found->second;
            }
            if (!is_version) file_.symbols.push_back(std::move(symbol));
        }
    }

    bool is_version_name(const std::string& text) const {
        if (text == base_name_) return true;
        return std::any_of(versions_.begin(), versions_.end(),
                           [&](const auto& version) { return version.second == text; });
    }

    Bytes bytes_;
    ElfFile& file_;
    typename Types::Ehdr header_;
    std::vector<Phdr> loads_;
    std::optional<Phdr> dynamic_;
    std::vector<std::uint64_t> needed_;
    std::map<std::int64_t, std::uint64_t> dynamic_values_;
    std::map<int, std::string> versions_;
    std::string base_name_;
};

}  // namespace

ElfFile ElfFile::parse(std::string_view bytes) {
    if (bytes.size() < EI_NIDENT || bytes.substr(0, SELFMAG) != ELFMAG)
        throw ElfError("it is not an ELF file");
    const auto ident = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    if (ident(EI_DATA) != ELFDATA2LSB) throw ElfError("it is not a little-endian ELF file");
    ElfFile file;
    if (ident(EI_CLASS) == ELFCLASS64) {
        file.bits = 64;
        Parser<Elf64Types>(bytes, file).parse();
    } else if (ident(EI_CLASS) == ELFCLASS32) {
        file.bits = 32;
        Parser<Elf32Types>(bytes, file).parse();
    } else {
        throw ElfError("it is neither a 32-bit nor a 64-bit ELF file");
    }
    return file;
}

std::vector<ElfSymbol> ElfFile::exports() const {
    std::vector<ElfSymbol> visible;
    for (const auto& symbol : symbols) {
        const bool binds =
            symbol.binding == STB_GLOBAL || symbol.binding == STB_WEAK || symbol.binding == STB_GNU_UNIQUE;
        const bool seen = symbol.visibility == STV_DEFAULT || symbol.visibility == STV_PROTECTED;
        if (symbol.defined && binds && seen) visible.push_back(symbol);
    }
    return visible;
}

std::string read_whole_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    if (!stream) throw ElfError("it cannot be opened");
    const auto size = static_cast<std::uint64_t>(std::max<std::streamoff>(stream.tellg(), 0));
    if (size > largest_file) throw ElfError("it is larger than 1 GiB");
    std::string bytes(size, '\0');
    stream.seekg(0);
    if (!stream.read(bytes.data(), static_cast<std::streamsize>(size))) throw ElfError("it cannot be read");
    return bytes;
}

}  // namespace dbway::conformance
