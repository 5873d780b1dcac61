/** Packages of conda that hold no Python a script could import: compilers, system libraries, drivers. A machine has them or has them not. */
const systemPackages: ReadonlySet<string> = new Set([
  '_libgcc_mutex',
  '_openmp_mutex',
  'blas',
  'bzip2',
  'ca-certificates',
  'cuda',
  'cuda-toolkit',
  'cudatoolkit',
  'cudnn',
  'gcc',
  'gcc_linux-64',
  'gfortran',
  'gxx',
  'gxx_linux-64',
  'intel-openmp',
  'ld_impl_linux-64',
  'libblas',
  'libcblas',
  'libffi',
  'libgcc',
  'libgcc-ng',
  'libgfortran',
  'libgfortran-ng',
  'libgomp',
  'liblapack',
  'libopenblas',
  'libstdcxx-ng',
  'mesa-libgl-cos6-x86_64',
  'mkl',
  'nccl',
  'ncurses',
  'nomkl',
  'openblas',
  'openjdk',
  'openmpi',
  'openssl',
  'pytorch-cuda',
  'r-base',
  'readline',
  'sqlite',
  'tk',
  'xz',
  'zlib',
])

/** The same software under the name that it has for pip. */
const pipNames: Readonly<Record<string, string>> = {
  'matplotlib-base': 'matplotlib',
  'msgpack-python': 'msgpack',
  opencv: 'opencv-python-headless',
  'py-opencv': 'opencv-python-headless',
  'py-xgboost': 'xgboost',
  'py-xgboost-cpu': 'xgboost',
  'python-graphviz': 'graphviz',
  pytables: 'tables',
  pytorch: 'torch',
  'pytorch-cpu': 'torch',
  ruamel_yaml: 'ruamel.yaml',
  'seaborn-base': 'seaborn',
}

/** Packages that hold the names we serve ourselves: installing them would shadow ours. */
const ownNames = /^(azureml|azure-ml|modelyard)(-|$)/

/** What becomes of a package of conda: nothing to do, nothing to be had, or a name for pip. */
export function pipNameOf(conda: string): { readonly pip: string } | 'given' | 'system' {
  const name = conda.toLowerCase()
  if (name === 'python' || name === 'pip' || name === 'setuptools' || name === 'wheel') return 'given'
  return systemPackages.has(name) ? 'system' : { pip: pipNames[name] ?? name }
}

export function isOwnName(name: string): boolean {
  return ownNames.test(name.toLowerCase().replaceAll('_', '-'))
}
