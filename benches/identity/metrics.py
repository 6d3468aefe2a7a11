"""How well clusters agree with the truth: pairwise and B³ precision, recall and F1. Never reads a file."""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components


@dataclass
class Quality:
    """Pairwise: of pairs of records in one cluster. B³: the mean over records (Bagga and Baldwin 1998)."""

    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float
    clusters: int
    largest_cluster: int

    def as_row(self):
        return {name: round(value, 5) if isinstance(value, float) else value for name, value in asdict(self).items()}


def harmonic(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


def quality(cluster, person):
    """Compares two labellings of the same records: integers, one per record, in the same order.

    A labelling without any pair has precision (or recall) 1: nothing it says is wrong.
    """
    cluster, person = compact(cluster), compact(person)
    cluster_sizes, person_sizes = np.bincount(cluster), np.bincount(person)
    both, shared = np.unique(cluster * np.int64(len(person_sizes)) + person, return_counts=True)
    shared_cluster, shared_person = both // len(person_sizes), both % len(person_sizes)
    right = pairs(shared)
    precision = right / pairs(cluster_sizes) if pairs(cluster_sizes) else 1.0
    recall = right / pairs(person_sizes) if pairs(person_sizes) else 1.0
    squares = shared.astype(np.float64) ** 2
    b3_precision = float((squares / cluster_sizes[shared_cluster]).sum() / len(cluster))
    b3_recall = float((squares / person_sizes[shared_person]).sum() / len(cluster))
    return Quality(
        precision, recall, harmonic(precision, recall),
        b3_precision, b3_recall, harmonic(b3_precision, b3_recall),
        len(cluster_sizes), int(cluster_sizes.max()),
    )


def compact(labels):
    return np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.int64)


def pairs(sizes):
    sizes = sizes.astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())


def components(left, right, records):
    """The connected component of each of `records` records, given edges between their positions."""
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(records, records))
    return connected_components(graph, directed=False)[1]


def sweep(left, right, weight, person, thresholds):
    """The quality of the connected components at every threshold, in match weight bits: a list of rows."""
    rows = []
    for threshold in thresholds:
        kept = weight >= threshold
        found = quality(components(left[kept], right[kept], len(person)), person)
        rows.append({"match_weight": float(threshold), **found.as_row()})
    return rows


def reachable_recall(left, right, person):
    """The share of true pairs among the given candidate pairs: what blocking leaves to be found directly."""
    true_pairs = pairs(np.bincount(compact(person)))
    return float((person[left] == person[right]).sum() / true_pairs) if true_pairs else 1.0
