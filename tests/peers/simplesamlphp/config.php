<?php

/*
 * SimpleSAMLphp as a provider that one test starts and ends.  Everything it writes is below the
 * folder that PEER_FOLDER names; what differs from test to test is in `peer.json` there, which is
 * read at every request, so that keys can be changed while it runs.
 */

$folder = getenv('PEER_FOLDER');
$peer = json_decode(file_get_contents("$folder/peer.json"), true, 32, JSON_THROW_ON_ERROR);

$config = [
    'baseurlpath' => $peer['url'] . '/',
    'certdir' => "$folder/",
    'loggingdir' => "$folder/",
    'datadir' => "$folder/",
    'tempdir' => "$folder/temporary",
    'metadatadir' => __DIR__ . '/metadata/',
    'technicalcontact_name' => 'Nobody',
    'technicalcontact_email' => 'na@example.org',
    'timezone' => 'UTC',
    'secretsalt' => $peer['salt'],
    'auth.adminpassword' => $peer['salt'],
    'admin.checkforupdates' => false,
    'trusted.url.domains' => [],
    'showerrors' => true,
    'errorreporting' => false,
    'logging.level' => SimpleSAML\Logger::WARNING,
    'logging.handler' => 'file',
    'logging.logfile' => 'peer.log',
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'session.cookie.secure' => false,
    'session.cookie.samesite' => null,
    'session.phpsession.cookiename' => 'peer',
    'session.phpsession.savepath' => "$folder/sessions",
    'language.available' => ['en'],
    'language.default' => 'en',
    'language.cookie.secure' => false,
    'language.cookie.samesite' => null,
    'theme.use' => 'default',
    'production' => true,
    'metadata.sources' => [['type' => 'flatfile']],
    'store.type' => 'phpsession',
];
