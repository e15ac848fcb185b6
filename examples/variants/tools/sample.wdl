version 1.0

import "types.wdl"

# From the reads of one sample to its variants.
workflow call_sample {
  input {
    File reference
    Sample sample
    Thresholds thresholds
  }

  if (defined(sample.keep)) {
    call thin {
      input:
        reads = sample.reads,
        keep = select_first([sample.keep])
    }
  }

  call pile_up {
    input:
      reads = select_first([thin.kept, sample.reads])
  }

  call call_variants {
    input:
      name = sample.name,
      reference = reference,
      pile = pile_up.pile,
      thresholds = thresholds
  }

  output {
    File calls = call_variants.calls
    File depths = pile_up.depths
    Int variant_count = call_variants.variant_count
  }
}

# Keeps a part of the reads, evenly.
task thin {
  input {
    File reads
    Float keep
  }

  command <<<
    set -eu
    awk '{ sum += ~{keep} } sum >= 1 { print; sum -= 1 }' '~{reads}' > kept.txt
  >>>

  output {
    File kept = "kept.txt"
  }

  runtime {
    cpu: 1
    memory: "64 MB"
  }
}

# Counts the bases at every position. A read is a line: its position, counted from 1, and its bases.
task pile_up {
  input {
    File reads
  }

  command <<<
    set -euo pipefail
    awk '{ for (i = 1; i <= length($2); i++) count[($1 + i - 1) "\t" substr($2, i, 1)]++ }
         END { for (key in count) print key "\t" count[key] }' '~{reads}' \
      | sort -k1,1n -k2,2 > pile.tsv
    awk '{ depth[$1] += $3 } END { for (position in depth) print position "\t" depth[position] }' pile.tsv \
      | sort -n > depths.tsv
  >>>

  output {
    File pile = "pile.tsv"
    File depths = "depths.tsv"
  }

  runtime {
    cpu: 1
    memory: "128 MB"
  }
}

# Where enough reads have another base than the reference, it is a variant.
#
# The first attempt fails on purpose, as a machine that is taken away would: maxRetries makes a second one. It knows
# by the name of its folder, which ends in attempt-2, that it is not the first.
task call_variants {
  input {
    String name
    File reference
    File pile
    Thresholds thresholds
  }

  command <<<
    set -euo pipefail
    case "$PWD" in
      */attempt-*) ;;
      *)
        echo "the first attempt is lost" >&2
        exit 75
        ;;
    esac
    awk -v name='~{name}' -v min_depth=~{thresholds.min_depth} -v min_fraction=~{thresholds.min_fraction} '
      NR == FNR { if ($0 !~ /^>/) sequence = sequence $0; next }
      { depth[$1] += $3; line[++lines] = $0 }
      END {
        for (i = 1; i <= lines; i++) {
          split(line[i], field, "\t")
          ref = substr(sequence, field[1], 1)
          if (field[2] != ref && depth[field[1]] >= min_depth && field[3] >= min_fraction * depth[field[1]])
            print name "\t" field[1] "\t" ref "\t" field[2]
        }
      }' '~{reference}' '~{pile}' > calls.tsv
    wc -l < calls.tsv
  >>>

  output {
    File calls = "calls.tsv"
    Int variant_count = read_int(stdout())
  }

  runtime {
    cpu: 1
    memory: "128 MB"
    maxRetries: 2
  }
}
