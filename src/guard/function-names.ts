// Owns the names of the functions that may be called, by what they depend on. Names only: the rules
// are in functions.ts. How the built-in lists were made: `select distinct proname from pg_proc` in
// pg_catalog of PostgreSQL 15 and 18, without those that have a volatile overload, an internal, cstring
// or trigger argument or result, or that only stand behind an operator, index, cast or sort; the rest
// was read through by hand, and what reads SQL from text or allots a transaction id was taken out.

/** Built in; the answer depends on arguments (and session formats such as the time zone) alone. */
export const PURE_FUNCTIONS = `
  any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp every
  json_agg json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique
  json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg jsonb_object_agg_strict
  jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percentile_cont percentile_disc
  range_agg range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
  regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance
  xmlagg
  cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number

  abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd cosh
  cot cotd degrees div erf erfc exp factorial floor gamma gcd lcm lgamma ln log log10 min_scale mod pi
  pow power radians round scale sign sin sind sinh sqrt tan tand tanh trim_scale trunc width_bucket

  ascii bit_count bit_length btrim casefold char_length character_length chr concat concat_ws convert
  convert_from convert_to crc32 crc32c decode encode format get_bit get_byte hashtext hashtextextended
  initcap is_normalized left length like like_escape lower lpad ltrim md5 normalize notlike
  octet_length overlay parse_ident position quote_ident quote_literal quote_nullable regexp_count
  regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
  regexp_split_to_table regexp_substr repeat replace reverse right rpad rtrim set_bit set_byte sha224
  sha256 sha384 sha512 similar_to_escape split_part starts_with string_to_array string_to_table strpos
  substr substring to_ascii to_bin to_char to_hex to_number to_oct translate unicode_assigned unistr
  upper

  date_add date_bin date_part date_subtract date_trunc extract isfinite justify_days justify_hours
  justify_interval make_date make_interval make_time make_timestamp make_timestamptz overlaps timezone
  to_date to_timestamp

  json_array_element json_array_element_text json_array_elements json_array_elements_text
  json_array_length json_build_array json_build_object json_each json_each_text json_extract_path
  json_extract_path_text json_object json_object_field json_object_field_text json_object_keys
  json_populate_record json_populate_recordset json_strip_nulls json_to_record json_to_recordset
  json_typeof jsonb_array_element jsonb_array_element_text jsonb_array_elements
  jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_concat
  jsonb_contains jsonb_delete jsonb_delete_path jsonb_each jsonb_each_text jsonb_exists
  jsonb_exists_all jsonb_exists_any jsonb_extract_path jsonb_extract_path_text jsonb_insert
  jsonb_object jsonb_object_field jsonb_object_field_text jsonb_object_keys jsonb_path_exists
  jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query jsonb_path_query_array
  jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz jsonb_path_query_tz
  jsonb_populate_record jsonb_populate_record_valid jsonb_populate_recordset jsonb_pretty jsonb_set
  jsonb_set_lax jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof row_to_json to_json
  to_jsonb

  array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position
  array_positions array_prepend array_remove array_replace array_reverse array_sort array_to_json
  array_to_string array_upper cardinality enum_first enum_last enum_range generate_series
  generate_subscripts num_nonnulls num_nulls trim_array unnest

  datemultirange daterange int4multirange int4range int8multirange int8range isempty lower_inc
  lower_inf multirange nummultirange numrange range_merge tsmultirange tsrange tstzmultirange
  tstzrange upper_inc upper_inf

  array_to_tsvector json_to_tsvector jsonb_to_tsvector numnode phraseto_tsquery plainto_tsquery
  querytree setweight strip to_tsquery to_tsvector ts_debug ts_delete ts_filter ts_headline ts_lexize
  ts_parse ts_rank ts_rank_cd ts_token_type tsquery_phrase tsvector_to_array websearch_to_tsquery

  xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document xmlcomment xmlexists
  xmltext xpath xpath_exists

  abbrev broadcast family host hostmask inet_merge inet_same_family macaddr8_set7bit masklen netmask
  network set_masklen
  area bound_box box center circle diagonal diameter height isclosed ishorizontal isopen isparallel
  isperp isvertical line lseg npoints path path_length pclose point polygon popen radius slope width

  bit bool bytea char cidr date float4 float8 int2 int4 int8 interval macaddr macaddr8 money name
  numeric oid pg_lsn text time timestamp timestamptz timetz varbit varchar xid xml

  pg_collation_for pg_input_error_info pg_input_is_valid pg_size_bytes pg_size_pretty pg_typeof
  pg_wal_lsn_diff uuid_extract_timestamp uuid_extract_version`;

/** Built in; the answer moves with the clock and with nothing else. */
export const CLOCK_FUNCTIONS = `now statement_timestamp transaction_timestamp`;

/** Built in and harmless, yet the answer follows the session, the catalog or chance: never cached. */
export const UNSTABLE_FUNCTIONS = `
  array_sample array_shuffle clock_timestamp gen_random_uuid random random_normal timeofday uuidv4
  uuidv7

  current_database current_query current_schema current_schemas
  current_setting current_user inet_client_addr inet_client_port inet_server_addr inet_server_port
  pg_backend_pid pg_client_encoding pg_is_in_recovery pg_last_xact_replay_timestamp
  pg_postmaster_start_time pg_trigger_depth session_user system_user version
  getdatabaseencoding get_current_ts_config icu_unicode_version unicode_version

  has_any_column_privilege has_column_privilege has_database_privilege
  has_foreign_data_wrapper_privilege has_function_privilege has_language_privilege
  has_largeobject_privilege has_parameter_privilege has_schema_privilege has_sequence_privilege
  has_server_privilege has_table_privilege has_tablespace_privilege has_type_privilege pg_has_role
  row_security_active

  col_description format_type mxid_age obj_description pg_basetype pg_blocking_pids
  pg_collation_actual_version pg_column_compression pg_column_is_updatable pg_column_size
  pg_database_size pg_describe_object pg_encoding_to_char pg_function_is_visible pg_get_acl
  pg_get_constraintdef pg_get_expr pg_get_function_arguments pg_get_function_identity_arguments
  pg_get_function_result pg_get_functiondef pg_get_indexdef pg_get_keywords pg_get_partkeydef
  pg_get_ruledef pg_get_serial_sequence pg_get_statisticsobjdef pg_get_triggerdef pg_get_userbyid
  pg_get_viewdef pg_identify_object pg_index_column_has_property pg_index_has_property
  pg_indexam_has_property pg_indexes_size pg_options_to_table pg_partition_ancestors
  pg_partition_root pg_partition_tree pg_relation_filenode pg_relation_is_updatable pg_relation_size
  pg_stat_get_dead_tuples pg_stat_get_live_tuples pg_stat_get_numscans pg_table_is_visible
  pg_table_size pg_tablespace_size pg_timezone_abbrevs pg_timezone_names pg_total_relation_size
  pg_type_is_visible regclass shobj_description to_regclass to_regcollation to_regnamespace
  to_regoper to_regoperator to_regproc to_regprocedure to_regrole to_regtype to_regtypemod`;

/** Functions of well-known extensions, whatever schema holds them. */
export const EXTENSION_FUNCTIONS = `
  show_trgm similarity strict_word_similarity word_similarity
  unaccent
  daitch_mokotoff difference dmetaphone dmetaphone_alt levenshtein levenshtein_less_equal metaphone
  soundex text_soundex
  binary_quantize cosine_distance hamming_distance inner_product jaccard_distance l1_distance
  l2_distance l2_norm l2_normalize subvector vector_dims vector_norm halfvec sparsevec vector
  akeys avals defined each exist hstore hstore_to_array hstore_to_json hstore_to_json_loose
  hstore_to_jsonb hstore_to_jsonb_loose hstore_to_matrix isdefined isexists skeys slice svals
  lca ltree2text nlevel subltree subpath text2ltree
  cube cube_dim cube_distance cube_enlarge cube_inter cube_is_point cube_ll_coord cube_size
  cube_subset cube_union cube_ur_coord
  earth earth_box earth_distance gc_to_sec latitude ll_to_earth longitude sec_to_gc
  icount idx intset sort sort_asc sort_desc subarray uniq int_array_aggregate int_array_enum
  citext digest hmac
  box2d box3d geography geometry geometrytype postgis_full_version postgis_lib_version postgis_version
  uuid_generate_v3 uuid_generate_v5 uuid_nil uuid_ns_dns uuid_ns_oid uuid_ns_url uuid_ns_x500
  approx_percentile first histogram last interpolate locf time_bucket time_bucket_gapfill`;

export const UNSTABLE_EXTENSION_FUNCTIONS = `
  gen_random_bytes normal_rand show_limit uuid_generate_v1 uuid_generate_v1mc
  uuid_generate_v4`;

/** PostGIS, without its st_ prefix; what writes tables or builds SQL from text is not among them. */
export const POSTGIS_FUNCTIONS = `
  3dclosestpoint 3ddfullywithin 3ddistance 3ddwithin 3dextent 3dintersects 3dlength
  3dlineinterpolatepoint 3dlongestline 3dmakebox 3dmaxdistance 3dperimeter 3dshortestline addmeasure
  addpoint affine angle area asbinary asencodedpolyline asewkb asewkt asflatgeobuf asgeobuf asgeojson
  asgml ashexewkb askml aslatlontext asmarc21 asmvt asmvtgeom assvg astext astwkb asx3d azimuth
  bdmpolyfromtext bdpolyfromtext boundary boundingdiagonal box2dfromgeohash buffer buildarea centroid
  chaikinsmoothing cleangeometry clipbybox2d closestpoint closestpointofapproach clusterdbscan
  clusterintersecting clusterintersectingwin clusterkmeans clusterwithin clusterwithinwin collect
  collectionextract collectionhomogenize concavehull contains containsproperly convexhull coorddim
  coverageclean coverageinvalidedges coveragesimplify coverageunion coveredby covers cpawithin crosses
  curven curvetoline delaunaytriangles dfullywithin difference dimension disjoint distance
  distancecpa distancesphere distancespheroid dump dumppoints dumprings dumpsegments dwithin endpoint
  envelope equals expand extent exteriorring filterbym flipcoordinates force2d force3d force3dm
  force3dz force4d forcecollection forcecurve forcepolygonccw forcepolygoncw forcerhr forcesfs
  frechetdistance fromflatgeobuf generatepoints geogfromtext geogfromwkb geographyfromtext
  geohash geomcollfromtext geometricmedian geometryfromtext geometryn geometrytype geomfromewkb
  geomfromewkt geomfromgeohash geomfromgeojson geomfromgml geomfromkml geomfrommarc21 geomfromtext
  geomfromtwkb geomfromwkb hasarc hasm hasz hausdorffdistance hexagon hexagongrid interiorringn
  interpolatepoint intersection intersects inversetransformpipeline isclosed iscollection isempty
  ispolygonccw ispolygoncw isring issimple isvalid isvaliddetail isvalidreason isvalidtrajectory
  largestemptycircle length length2d lengthspheroid letters linecrossingdirection lineextend
  linefromencodedpolyline linefrommultipoint linefromtext linefromwkb lineinterpolatepoint
  lineinterpolatepoints linelocatepoint linemerge linestringfromwkb linesubstring linetocurve
  locatealong locatebetween locatebetweenelevations longestline m makebox2d makeenvelope makeline
  makepoint makepointm makepolygon makevalid maxdistance maximuminscribedcircle memsize memunion
  minimumboundingcircle minimumboundingradius minimumclearance minimumclearanceline mlinefromtext
  mpointfromtext mpolyfromtext multi ndims node normalize npoints nrings numcurves numgeometries
  numinteriorring numinteriorrings numpatches numpoints offsetcurve orderingequals orientedenvelope
  overlaps patchn perimeter perimeter2d point pointfromgeohash pointfromtext pointfromwkb
  pointinsidecircle pointm pointn pointonsurface points pointz pointzm polyfromtext polygon
  polygonfromtext polygonize project quantizecoordinates reduceprecision relate relatematch
  removeirrelevantpointsforview removepoint removerepeatedpoints removesmallparts reverse rotate
  rotatex rotatey rotatez scale scroll segmentize seteffectivearea setpoint setsrid sharedpaths
  shiftlongitude shortestline simplify simplifypolygonhull simplifypreservetopology simplifyvw snap
  snaptogrid split square squaregrid srid startpoint subdivide summary swapordinates symdifference
  symmetricdifference tileenvelope touches transform transformpipeline translate transscale
  triangulatepolygon unaryunion union voronoilines voronoipolygons within wkbtosql wkttosql
  wrapx x xmax xmin y ymax ymin z zmax zmflag zmin`;
