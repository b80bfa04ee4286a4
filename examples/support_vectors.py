"""A support vector machine of scikit-learn on kernels that `cntk kernel` computed.

    sh examples/kernel-solve.sh FOLDER              # or cntk kernel, with images of your own
    python3 examples/support_vectors.py FOLDER

Needs NumPy and scikit-learn: apt install python3-numpy python3-sklearn, or pip install numpy scikit-learn.
"""

import sys

import numpy as np
from sklearn.svm import SVC

folder = sys.argv[1]
train = np.load(f"{folder}/kernels/ntk-gap-d5-hidden.npy").astype(np.float64)  # train × train
test = np.load(f"{folder}/kernels/test-ntk-gap-d5-hidden.npy").astype(np.float64)  # test × train
labels = np.load(f"{folder}/data/y.npy")
test_labels = np.load(f"{folder}/data/y-test.npy")

# C weighs against the values of the kernel: with a diagonal of mean 1 it means the same for every kernel.
scale = np.trace(train) / len(train)
machine = SVC(kernel="precomputed", C=100.0).fit(train / scale, labels)
print(f"{(machine.predict(test / scale) == test_labels).sum()} of {len(test_labels)} digits right")
