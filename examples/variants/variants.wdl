version 1.0

import "tools/quality.wdl" as quality
import "tools/sample.wdl" as per_sample
import "tools/types.wdl"

# Variant calling in small: each sample goes through a workflow of its own, and the calls of all are joined.
workflow variants {
  input {
    File reference
    Array[Sample]+ samples
    Thresholds thresholds
    Boolean report_quality = true
  }

  scatter (sample in samples) {
    call per_sample.call_sample {
      input:
        reference = reference,
        sample = sample,
        thresholds = thresholds
    }
  }

  call join_calls {
    input:
      calls = call_sample.calls
  }

  if (report_quality) {
    call quality.report {
      input:
        depths = call_sample.depths
    }
  }

  output {
    File joined = join_calls.joined
    Int variant_count = join_calls.variant_count
    Array[Int] variants_per_sample = call_sample.variant_count
    File? quality_report = report.table
  }
}

task join_calls {
  input {
    Array[File] calls
  }

  command <<<
    set -euo pipefail
    printf 'position\tref\talt\tsamples\n' > joined.tsv
    cat ~{sep=" " calls} \
      | awk -F '\t' '{ key = $2 FS $3 FS $4; names[key] = names[key] == "" ? $1 : names[key] "," $1 }
                     END { for (key in names) print key FS names[key] }' \
      | sort -n >> joined.tsv
    echo $(( $(wc -l < joined.tsv) - 1 )) > count.txt
  >>>

  output {
    File joined = "joined.tsv"
    Int variant_count = read_int("count.txt")
  }

  runtime {
    cpu: 1
    memory: "64 MB"
  }
}
