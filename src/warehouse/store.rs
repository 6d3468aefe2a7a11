//! The objects of a warehouse, on a local disk or in any store that `object_store` knows, as plain blocking calls.
//! What only a local disk can do (links, locks, flushing) is in `disk`, `current` and `lock`.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutPayload, WriteMultipart};
use tokio::runtime::{Builder, Runtime};

use super::disk::{self, Created};
use super::error::WarehouseError;

/// The bytes of one part of an upload.
const PART_BYTES: usize = 8 << 20;

pub(crate) struct Store {
    objects: Arc<dyn ObjectStore>,
    /// The root on a local disk.
    disk: Option<PathBuf>,
    /// The root as people write it.
    location: String,
    /// Drives the store's futures, so that callers may be in a runtime of their own or in none.
    runtime: Option<Runtime>,
}

impl Store {
    pub(crate) fn on_disk(root: &Path) -> Result<Self, WarehouseError> {
        disk::make_folder(root).map_err(|error| WarehouseError::io("make", root, error))?;
        let root = root.canonicalize().map_err(|error| WarehouseError::io("open", root, error))?;
        let objects = LocalFileSystem::new_with_prefix(&root)
            .map_err(|source| store_error("open", &root.display().to_string(), source))?;
        let location = root.display().to_string();
        Self::new(Arc::new(objects), Some(root), location)
    }

    pub(crate) fn new(
        objects: Arc<dyn ObjectStore>,
        disk: Option<PathBuf>,
        location: String,
    ) -> Result<Self, WarehouseError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("warehouse")
            .enable_all()
            .build()
            .map_err(|error| WarehouseError::io("start a thread for", &location, error))?;
        Ok(Self { objects, disk, location, runtime: Some(runtime) })
    }

    /// The root on a local disk, if it is one.
    pub(crate) fn disk(&self) -> Option<&Path> {
        self.disk.as_deref()
    }

    pub(crate) fn location(&self) -> &str {
        &self.location
    }

    /// The path on the local disk, or the URL, of an object.
    pub(crate) fn full_path(&self, path: &str) -> PathBuf {
        match &self.disk {
            Some(root) => root.join(path),
            None => PathBuf::from(format!("{}/{path}", self.location.trim_end_matches('/'))),
        }
    }

    /// The whole of an object; `None` if there is none.
    pub(crate) fn read(&self, path: &str) -> Result<Option<Vec<u8>>, WarehouseError> {
        let (objects, at) = (self.objects.clone(), ObjectPath::from(path));
        let read = self.wait(async move { Ok(objects.get(&at).await?.bytes().await?.to_vec()) });
        match read {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(store_error("read", path, source)),
        }
    }

    /// Writes an object whole, only if there is none.
    pub(crate) fn create(&self, path: &str, bytes: Vec<u8>) -> Result<Created, WarehouseError> {
        if let Some(root) = &self.disk {
            let at = root.join(path);
            return disk::create(&at, &bytes).map_err(|error| WarehouseError::io("write", at, error));
        }
        let (objects, at) = (self.objects.clone(), ObjectPath::from(path));
        let put =
            self.wait(
                async move { objects.put_opts(&at, PutPayload::from(bytes), PutMode::Create.into()).await },
            );
        match put {
            Ok(_) => Ok(Created::Now),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Ok(Created::Before)
            }
            Err(source) => Err(store_error("write", path, source)),
        }
    }

    /// Writes an object whole; what stood there before is replaced.
    pub(crate) fn replace(&self, path: &str, bytes: Vec<u8>) -> Result<(), WarehouseError> {
        if let Some(root) = &self.disk {
            let at = root.join(path);
            return disk::replace(&at, &bytes).map_err(|error| WarehouseError::io("write", at, error));
        }
        let (objects, at) = (self.objects.clone(), ObjectPath::from(path));
        self.wait(async move { objects.put(&at, PutPayload::from(bytes)).await })
            .map(|_| ())
            .map_err(|source| store_error("write", path, source))
    }

    /// Uploads a local file in parts; not for a warehouse on a local disk, which writes in place.
    pub(crate) fn upload(&self, from: &Path, path: &str) -> Result<(), WarehouseError> {
        let (objects, at, from) = (self.objects.clone(), ObjectPath::from(path), from.to_owned());
        self.wait(async move {
            let upload = objects.put_multipart(&at).await?;
            let mut upload = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
            let read = |error: std::io::Error| object_store::Error::Generic {
                store: "local",
                source: Box::new(error),
            };
            let mut file = tokio::fs::File::open(&from).await.map_err(read)?;
            let mut buffer = vec![0_u8; PART_BYTES];
            loop {
                let count = tokio::io::AsyncReadExt::read(&mut file, &mut buffer).await.map_err(read)?;
                if count == 0 {
                    break;
                }
                upload.wait_for_capacity(4).await?;
                upload.write(&buffer[..count]);
            }
            upload.finish().await.map(|_| ())
        })
        .map_err(|source| store_error("write", path, source))
    }

    /// The bytes of an object; `None` if there is none.
    pub(crate) fn size(&self, path: &str) -> Result<Option<u64>, WarehouseError> {
        let (objects, at) = (self.objects.clone(), ObjectPath::from(path));
        match self.wait(async move { objects.head(&at).await }) {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(source) => Err(store_error("read", path, source)),
        }
    }

    /// Every object under a folder, sorted by path.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<ObjectMeta>, WarehouseError> {
        let (objects, at) = (self.objects.clone(), ObjectPath::from(folder));
        let listed = self.wait(async move { objects.list(Some(&at)).try_collect::<Vec<_>>().await });
        let mut listed = listed.map_err(|source| store_error("list", folder, source))?;
        listed.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(listed)
    }

    /// The names of the folders right under a folder, sorted.
    pub(crate) fn folders(&self, folder: &str) -> Result<Vec<String>, WarehouseError> {
        let (objects, at) = (self.objects.clone(), ObjectPath::from(folder));
        let listed = self.wait(async move { objects.list_with_delimiter(Some(&at)).await });
        let listed = listed.map_err(|source| store_error("list", folder, source))?;
        let mut names: Vec<String> =
            listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)).collect();
        names.sort();
        Ok(names)
    }

    /// Removes an object; one that is gone already is no error.
    pub(crate) fn remove(&self, path: &str) -> Result<(), WarehouseError> {
        let (objects, at) = (self.objects.clone(), ObjectPath::from(path));
        match self.wait(async move { objects.delete(&at).await }) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(source) => Err(store_error("remove", path, source)),
        }
    }

    /// Runs a future on the store's own thread and waits for it; callers may be inside a runtime.
    fn wait<T: Send + 'static>(
        &self,
        future: impl Future<Output = object_store::Result<T>> + Send + 'static,
    ) -> object_store::Result<T> {
        let (sender, receiver) = mpsc::sync_channel(1);
        if let Some(runtime) = &self.runtime {
            runtime.spawn(async move {
                // The receiver waits below; if it is gone, so is the reason to answer.
                let _ = sender.send(future.await);
            });
        }
        receiver.recv().unwrap_or_else(|gone| {
            Err(object_store::Error::Generic { store: "warehouse", source: Box::new(gone) })
        })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Dropping a runtime waits for it, which is forbidden inside another one.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn store_error(action: &'static str, path: &str, source: object_store::Error) -> WarehouseError {
    WarehouseError::Store { action, path: path.to_owned(), source: Box::new(source) }
}
