DROP TABLE manifest_profiles;
DROP TABLE manifest_blocks;
DROP TABLE manifest_files;
DROP TABLE manifests;
