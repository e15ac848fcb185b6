version 1.0

# How deeply the samples are covered.
task report {
  input {
    Array[File] depths
  }

  command <<<
    set -eu
    printf 'positions\tmean_depth\n' > quality.tsv
    for depths in ~{sep=" " depths}; do
      awk '{ sum += $2 } END { printf "%d\t%.2f\n", NR, NR ? sum / NR : 0 }' "$depths" >> quality.tsv
    done
  >>>

  output {
    File table = "quality.tsv"
  }

  runtime {
    cpu: 1
    memory: "64 MB"
  }
}
